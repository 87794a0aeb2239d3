package ondol.cli;

import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** What stands before the verb. */
final class Globals extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol [OPTIONS] COMMAND

            A container engine for Linux: containers made of pivot_root, namespaces and cgroups

            Common Commands:
              run         Create and run a new container from an image
              exec        Execute a command in a running container
              ps          List containers
              pull        Download an image from a registry
              push        Upload an image to a registry
              images      List images
              init        Make an image from a directory
              version     Show the version information
              info        Display system-wide information

            Management Commands:
              builder     Manage builds (Docker's plugin buildx)
              buildx      Docker Buildx (Docker's plugin)
              compose     Docker Compose (Docker's plugin)
              container   Manage containers
              context     Manage contexts
              image       Manage images
              manifest    Look at image manifests
              system      Manage Ondol
              tenant      Manage tenants, who share this machine
              volume      Manage volumes

            Commands:
              attach      Attach local standard input, output, and error streams to a running container
              build       Build an image from a Dockerfile
              completion  Print the completion script of a shell
              commit      Create a new image from a container's changes
              cp          Copy files/folders between a container and the local filesystem
              create      Create a new container
              daemon      Run the engine itself in the foreground
              diff        Inspect changes to files or directories on a container's filesystem
              events      Get real time events from the server
              export      Export a container's filesystem as a tar archive
              history     Show the history of an image
              import      Import the contents from a tarball to create a filesystem image
              inspect     Return low-level information on Ondol objects
              kill        Kill one or more running containers
              load        Load an image from a tar archive or STDIN
              logs        Fetch the logs of a container
              login       Log in to a registry
              logout      Log out from a registry
              meter       Show what containers and tenants used
              pause       Pause all processes within one or more containers
              port        List port mappings or a specific mapping for the container
              rename      Rename a container
              restart     Restart one or more containers
              rm          Remove one or more containers
              rmi         Remove one or more images
              search      Search a registry for images
              save        Save one or more images to a tar archive (streamed to STDOUT by default)
              start       Start one or more stopped containers
              stats       Display a live stream of container(s) resource usage statistics
              stop        Stop one or more running containers
              tag         Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE
              top         Display the running processes of a container
              unpause     Unpause all processes within one or more containers
              update      Update configuration of one or more containers
              wait        Block until one or more containers stop, then print their exit codes

            Global Options:
                  --config string      Location of client config files (taken, not
                                       used)
              -c, --context string     Name of the context to use (default
                                       $ONDOL_CONTEXT)
              -D, --debug              Enable debug mode
              -H, --host string        Engine socket to connect to (default
                                       "unix:///run/ondol/docker.sock", or
                                       $ONDOL_HOST)
              -l, --log-level string   Set the logging level ("debug", "info",
                                       "warn", "error", "fatal") (default "info")
                  --root string        Directory of the engine to use: its data, and
                                       its socket in run/docker.sock (default
                                       $ONDOL_ROOT)
                  --tls                Use TLS; implied by --tlsverify
                  --tlscacert string   Trust certs signed only by this CA (default
                                       "~/.docker/ca.pem")
                  --tlscert string     Path to TLS certificate file (default
                                       "~/.docker/cert.pem")
                  --tlskey string      Path to TLS key file (default
                                       "~/.docker/key.pem")
                  --tlsverify          Use TLS and verify the remote (default
                                       $DOCKER_TLS_VERIFY)
              -v, --version            Print version information and quit

            Run 'ondol COMMAND --help' for more information on a command.
            """;
    }

    @Override
    public boolean stopsAtArgument() {
        return true;
    }

    @Override
    public int run(Cli cli, Flags flags) {
        return 0;
    }
}
