// Tests of a client with JUnit 5 against a running seller: each has a world of its own.

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderTest {
    private static final String BOUGHT =
        "{\"func\": \"soft.order.param\", \"outcome\": \"bought\", \"count\": 1}";

    private final HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base = System.getenv()
        .getOrDefault("MOCKSELLER_URL", "http://127.0.0.1:1500/billmgr").replaceAll("/billmgr$", "");
    private final String world = "java-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void makeWorld() throws Exception {
        control("POST", "/worlds", "{\"name\": \"" + world + "\"}");
    }

    @AfterEach
    void removeWorld() throws Exception {
        control("DELETE", "/worlds/" + world, "");
    }

    @Test
    void aLicenseIsOrdered() throws Exception {
        assertTrue(order().contains("<id>"));
        control("POST", "/journal/verify?world=" + world, BOUGHT);
    }

    @Test
    void anOrderWhoseAnswerIsLostIsBoughtAllTheSame() throws Exception {
        control("POST", "/faults?world=" + world,
            "{\"what\": \"drop\", \"func\": \"soft.order.param\", \"when\": \"after\", \"times\": 1}");
        assertThrows(IOException.class, this::order);
        control("POST", "/journal/verify?world=" + world, BOUGHT);
    }

    /** Orders a license as your client would. */
    private String order() throws Exception {
        String form = "authinfo=reseller:secret&func=soft.order.param&pricelist=55227&period=1"
            + "&ip=0.0.0.0&licname=from-junit&skipbasket=on&clicked_button=finish&sok=ok&out=xml";
        return send("POST", "/w/" + world + "/billmgr", form, "application/x-www-form-urlencoded")
            .body();
    }

    /** Fails with the answer if it is refused: for an expectation, the calls that came nearest. */
    private void control(String method, String path, String body) throws Exception {
        HttpResponse<String> answer = send(method, "/_mockseller" + path, body, "application/json");
        assertTrue(answer.statusCode() < 300, () -> method + " " + path + ": " + answer.body());
    }

    private HttpResponse<String> send(String method, String path, String body, String kind)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
            .header("Content-Type", kind).method(method, BodyPublishers.ofString(body)).build();
        return http.send(request, BodyHandlers.ofString());
    }
}
