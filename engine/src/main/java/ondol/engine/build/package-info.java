/** Builds: Dockerfiles carried out step by step, in containers and on layers. */
@org.jspecify.annotations.NullMarked
package ondol.engine.build;
