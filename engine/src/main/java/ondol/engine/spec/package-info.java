/**
 * From what a user asked for to what a runtime is told: {@link ondol.engine.spec.ConfigCheck} refuses what cannot be, {@link
 * ondol.engine.spec.MountPoints} reads volumes and mounts, {@link ondol.engine.spec.SpecFactory} makes the {@code
 * config.json}. Pure functions of the configuration and of facts; the words of the refusals are Docker's, which people know
 * and programs look for.
 */
@NullMarked
package ondol.engine.spec;

import org.jspecify.annotations.NullMarked;
