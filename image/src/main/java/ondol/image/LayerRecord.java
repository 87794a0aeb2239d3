package ondol.image;

import io.avaje.jsonb.Json;

/**
 * What a layer's file says: {@code layers/NAME.json}, beside the folder {@code layers/NAME}.
 *
 * @param diffId the digest of its uncompressed tar
 * @param size bytes of its files
 */
@Json
record LayerRecord(String diffId, long size) {}
