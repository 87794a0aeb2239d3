/** Dockerfiles as text: read, checked, and their variables filled in. Knows nothing of images, files or the kernel. */
@org.jspecify.annotations.NullMarked
package ondol.image.dockerfile;
