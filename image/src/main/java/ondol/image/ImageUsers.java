package ondol.image;

import java.util.List;

/** Tells which containers use an image. */
@FunctionalInterface
public interface ImageUsers {
    /** The containers made from the image of this id ({@code sha256:…}), running ones first. */
    List<User> of(String imageId);

    /** A container. */
    record User(String containerId, boolean running) {}
}
