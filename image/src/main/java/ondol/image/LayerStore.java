package ondol.image;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import ondol.oci.image.Digest;
import org.jspecify.annotations.Nullable;

/**
 * The unpacked layers. A layer's folder has a short name, so that the names of many fit into one mount; a file beside it,
 * written last, says which layer it is. A folder without such a file is what a killed import left.
 */
final class LayerStore {
    private static final System.Logger LOG = System.getLogger(LayerStore.class.getName());
    private static final String RECORD = ".json";
    private static final Jsonb JSONB = Jsonb.builder().build();

    private final Folders folders;
    private final Map<Digest, Layer> layers = new ConcurrentHashMap<>();
    private final Set<Digest> doubtful = ConcurrentHashMap.newKeySet();
    private long lastNumber;

    LayerStore(Folders folders) {
        this.folders = folders;
        Set<String> known = new HashSet<>(Set.of(RootLayers.EMPTY, RootLayers.BASE));
        for (String name : Trees.names(folders.layersFolder)) {
            if (name.endsWith(RECORD) && load(name.substring(0, name.length() - RECORD.length()))) {
                known.add(name);
                known.add(name.substring(0, name.length() - RECORD.length()));
            }
        }
        for (String name : Trees.names(folders.layersFolder)) {
            if (!known.contains(name) && !HostImage.isMask(name)) {
                folders.trash.take(folders.layersFolder, name);
            }
        }
    }

    private boolean load(String name) {
        Path folder = folders.layers.resolve(name);
        if (!name.startsWith("l") || !Files.isDirectory(folder)) {
            return false;
        }
        try {
            String json = Files.readString(folders.layers.resolve(name + RECORD));
            LayerRecord read = JSONB.type(LayerRecord.class).fromJson(json);
            Digest diffId = Digest.parse(read.diffId());
            if (layers.putIfAbsent(diffId, new Layer(diffId, folder, read.size(), false)) != null) {
                return false;
            }
            lastNumber = Math.max(lastNumber, Long.parseLong(name.substring(1), 36));
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "layer {0} is dropped: {1}", name, e.getMessage());
            return false;
        }
    }

    /** Null where the layer is not unpacked, or may be half. */
    @Nullable
    Layer get(Digest diffId) {
        return doubtful.contains(diffId) ? null : layers.get(diffId);
    }

    /** The machine may have stopped before all of a layer was on disk: it is to be unpacked anew, into the same folder. */
    void doubt(Digest diffId) {
        Layer layer = layers.get(diffId);
        if (layer != null && !layer.host()) {
            doubtful.add(diffId);
        }
    }

    /** Makes a layer that is not unpacked but known, such as the machine's own files. */
    void put(Layer layer) {
        layers.put(layer.diffId(), layer);
    }

    /** Takes over a folder of the staging folder; where the layer is here already, the folder is dropped. */
    synchronized Layer adopt(String stagingName, Digest diffId, long size) {
        Layer there = layers.get(diffId);
        if (there != null && doubtful.remove(diffId)) {
            // containers stand on the folder by its name
            ondol.linux.Files.renameat2(
                    folders.stagingFolder,
                    stagingName,
                    folders.layersFolder,
                    name(there),
                    ondol.linux.Files.RENAME_EXCHANGE);
        }
        if (there != null) {
            folders.trash.take(folders.stagingFolder, stagingName);
            return there;
        }
        String name = "l" + Long.toString(++lastNumber, 36);
        ondol.linux.Files.renameat2(
                folders.stagingFolder, stagingName, folders.layersFolder, name, ondol.linux.Files.RENAME_NOREPLACE);
        String json = JSONB.toJson(new LayerRecord(diffId.toString(), size));
        folders.write(folders.layers.resolve(name + RECORD), json.getBytes(StandardCharsets.UTF_8));
        Layer layer = new Layer(diffId, folders.layers.resolve(name), size, false);
        layers.put(diffId, layer);
        return layer;
    }

    /** Deletes what is neither one of these layers nor has one of these folder names. */
    synchronized void keepOnly(Set<Digest> diffIds, Set<String> names) {
        for (Layer layer : layers.values()) {
            String name = name(layer);
            if (!layer.host() && !diffIds.contains(layer.diffId()) && !names.contains(name)) {
                layers.remove(layer.diffId());
                try {
                    Files.deleteIfExists(folders.layers.resolve(name + RECORD));
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.WARNING, "cannot delete layer {0}: {1}", name, e.getMessage());
                }
                folders.trash.take(folders.layersFolder, name);
            }
        }
    }

    /** Bytes of all layers' files. */
    long size() {
        return layers.values().stream().mapToLong(Layer::size).sum();
    }

    static String name(Layer layer) {
        return String.valueOf(layer.folder().getFileName());
    }

    /** How an overlay gets at these layers, given the lowest first. */
    RootLayers root(List<Layer> lowestFirst) {
        List<String> lowers = new ArrayList<>();
        boolean nested = false;
        for (Layer layer : lowestFirst.reversed()) {
            if (lowers.contains(name(layer))) {
                // an overlay takes no folder twice; the higher one covers all that the lower one has
                continue;
            }
            lowers.add(name(layer));
            if (layer.host()) {
                nested = HostImage.mustNest(folders.root);
                lowers.add(nested ? RootLayers.BASE : "/");
            }
        }
        if (lowers.isEmpty()) {
            lowers.add(RootLayers.EMPTY);
        }
        return new RootLayers(folders.layers, List.copyOf(lowers), nested);
    }
}
