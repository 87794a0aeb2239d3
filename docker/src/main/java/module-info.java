/** The Docker Engine API over HTTP, as a thin layer over {@link ondol.engine.Engine}. */
module ondol.docker {
    requires static transitive org.jspecify;
    requires transitive ondol.engine;
    requires transitive ondol.image; // the files of TLS
    requires io.avaje.jsonb;
    requires io.prometheus.writer.text;
    requires io.prometheus.metrics.model;
    requires org.eclipse.jetty.http;
    requires org.eclipse.jetty.io;
    requires org.eclipse.jetty.server;
    requires org.eclipse.jetty.unixdomain.server;
    requires org.eclipse.jetty.util;
    requires org.slf4j;
    requires jdk.net;

    exports ondol.docker;

    provides io.avaje.jsonb.spi.JsonbExtension with
            ondol.docker.json.jsonb.GeneratedJsonComponent;
    provides org.slf4j.spi.SLF4JServiceProvider with
            ondol.docker.JettyLog;
}
