package ondol.engine.local;

import java.util.concurrent.CompletableFuture;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EngineException;
import ondol.engine.Events.Event;
import ondol.engine.Events.Subscription;
import ondol.engine.Health;

/** Waiting until a container is well, or, where nobody asks it, until it runs. */
final class Wellness {
    private final Container container;
    private final CompletableFuture<Integer> well = new CompletableFuture<>();

    private Wellness(Container container) {
        this.container = container;
    }

    /** Completes with 0; with an exception once the container is unhealthy, has ended, or is gone. */
    static CompletableFuture<Integer> of(House house, Container container) {
        Wellness wellness = new Wellness(container);
        Subscription subscription = house.events().subscribe(wellness::heard);
        wellness.well.whenComplete((_, _) -> subscription.close());
        wellness.look(); // after subscribing, so that nothing happens in between
        return wellness.well;
    }

    private void heard(Event event) {
        if (event.type().equals("container") && event.id().equals(container.id())) {
            switch (event.action()) {
                case "start", "unpause", "health_status: healthy", "health_status: unhealthy" -> look();
                case "die" -> ended();
                case "destroy" -> fail("container %s was removed before it was healthy".formatted(container.id()));
                default -> {}
            }
        }
    }

    private void look() {
        ContainerRecord now = container.record();
        Health health = now.health();
        if (now.status() == Status.EXITED || now.status() == Status.DEAD) {
            ended();
        } else if (now.status() == Status.RUNNING && (health == null || health.status() == Health.Status.HEALTHY)) {
            well.complete(0);
        } else if (now.status() == Status.RUNNING && health != null && health.status() == Health.Status.UNHEALTHY) {
            String said = health.log().isEmpty()
                    ? ""
                    : health.log().getLast().output().strip();
            fail("container %s is unhealthy%s".formatted(container.id(), said.isEmpty() ? "" : ": " + said));
        }
    }

    private void ended() {
        int code = container.record().exitCode();
        fail("container %s ended with exit code %d before it was healthy".formatted(container.id(), code));
    }

    private void fail(String sentence) {
        well.completeExceptionally(EngineException.conflict(sentence));
    }
}
