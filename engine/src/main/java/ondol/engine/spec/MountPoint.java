package ondol.engine.spec;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Something of outside that a container sees at one of its paths, as it was asked for and with its defaults filled in.
 *
 * @param type {@code bind}, {@code volume}, {@code tmpfs} or {@code image}
 * @param name a volume's; null for an anonymous one that does not exist yet
 * @param source path of the host, or an image's name; for volumes what the engine fills in, and null for tmpfs
 * @param destination a clean absolute path
 * @param driver a volume's, where one was said
 * @param mode the options of {@code -v source:destination:options}; null where they were said another way
 * @param propagation such as {@code rprivate}; null where none was said for a volume
 * @param createSource whether a missing source becomes a folder
 * @param noCopy whether an empty volume stays empty although the image has files there
 * @param subpath of a volume or an image, relative
 * @param tmpfsOptions of a tmpfs, or a volume that is one, such as {@code size=64k,mode=1777}; null for all others
 * @param overlay of an image: the options of its mount, which the engine fills in
 * @param layers of an image: the folder that the layers' names in these start from
 */
@Json
@RecordBuilder
public record MountPoint(
        String type,
        @Nullable String name,
        @Nullable String source,
        String destination,
        @Nullable String driver,
        @Nullable String mode,
        boolean readOnly,
        @Nullable String propagation,
        boolean nonRecursive,
        boolean readOnlyNonRecursive,
        boolean readOnlyForceRecursive,
        boolean createSource,
        boolean noCopy,
        @Nullable String subpath,
        @Nullable String tmpfsOptions,
        @Nullable String overlay,
        @Nullable String layers) {

    static final String BIND = "bind";
    static final String VOLUME = "volume";
    static final String TMPFS = "tmpfs";
    static final String IMAGE = "image";

    /** This one with a volume's name and place. */
    public MountPoint at(String volume, String path) {
        return MountPointBuilder.builder(this).name(volume).source(path).build();
    }
}
