/** Who the user is at registries: Docker's configuration file and its helper programs. */
@org.jspecify.annotations.NullMarked
package ondol.cli.login;
