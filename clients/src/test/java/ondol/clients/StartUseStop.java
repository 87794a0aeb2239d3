package ondol.clients;

import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/** What a test class does with Testcontainers, so many times, for {@code bench/figures/clients.sh}. */
final class StartUseStop {
    private StartUseStop() {}

    /** IMAGE ROUNDS: prints the microseconds of each round; one round more comes first and does not count. */
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[1]);
        for (int round = 0; round <= rounds; round++) {
            long begun = System.nanoTime();
            try (GenericContainer<?> box = new GenericContainer<>(args[0])
                    .withImagePullPolicy(_ -> false)
                    .withCommand("sh", "-c", "trap exit TERM; echo ready; while :; do sleep 0.05; done")
                    .withExposedPorts(80)
                    .waitingFor(Wait.forLogMessage(".*ready.*", 1))) {
                box.start();
                String said = box.execInContainer("sh", "-c", "echo used").getStdout();
                if (!said.equals("used\n") || box.getMappedPort(80) == null) {
                    throw new IllegalStateException("not of use: " + said);
                }
            }
            if (round > 0) {
                System.out.println((System.nanoTime() - begun) / 1000);
            }
        }
    }
}
