/**
 * A client of image registries (OCI distribution specification 1.1), and what it does to the image store: pull and push.
 */
@org.jspecify.annotations.NullMarked
package ondol.image.registry;
