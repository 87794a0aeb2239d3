package ondol.docker;

import java.nio.ByteBuffer;

/** How the bytes of a stream look on a connection that was handed over. Input and output are each used by one thread. */
interface Wire {
    /** Bytes as they are. */
    Wire PLAIN = new Wire() {
        @Override
        public Input input() {
            return (_, n) -> n;
        }

        @Override
        public ByteBuffer output(ByteBuffer bytes) {
            return bytes;
        }

        @Override
        public ByteBuffer end() {
            return ByteBuffer.allocate(0);
        }
    };

    /** What a client sends. */
    @FunctionalInterface
    interface Input {
        /**
         * Leaves at the beginning of the bytes what belongs to the stream.
         *
         * @param n how many of the bytes came
         * @return how many are left; 0 also where only a part of something has come
         */
        int take(byte[] bytes, int n);

        /** What the client is to be sent for what it sent. */
        default ByteBuffer answer() {
            return ByteBuffer.allocate(0);
        }

        /** Whether the client has said that no more will come. */
        default boolean ended() {
            return false;
        }
    }

    Input input();

    /** Output as it is sent. */
    ByteBuffer output(ByteBuffer bytes);

    /** What is sent behind the last output. */
    ByteBuffer end();
}
