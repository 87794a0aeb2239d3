package ondol.cli.verb;

import ondol.cli.command.Group;
import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** {@code ondol image}: the verbs for images. */
public final class ImageGroup extends Group {
    @Override
    public String help() {
        return """
            Usage:  ondol image COMMAND

            Manage images

            Commands:
              build       Build an image from a Dockerfile
              history     Show the history of an image
              import      Import the contents from a tarball to create a filesystem image
              inspect     Display detailed information on one or more images
              load        Load an image from a tar archive or STDIN
              ls          List images
              prune       Remove unused images
              pull        Download an image from a registry
              push        Upload an image to a registry
              rm          Remove one or more images
              save        Save one or more images to a tar archive (streamed to STDOUT by default)
              tag         Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE

            Run 'ondol image COMMAND --help' for more information on a command.
            """;
    }

    @Override
    public @Nullable Verb find(String name) {
        return Verbs.image(name);
    }
}
