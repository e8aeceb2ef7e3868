#!/usr/bin/env bash
# A seller that closes the connection instead of answering leaves open whether it carried out the order. HttpURLConnection
# of OpenJDK 17 then sends the same POST a second time by itself, on a new connection, and throws SocketException only after
# that one is lost too: two orders for one call, and the caller sees one lost answer. It does so on a first connection as on
# a kept one. `-Dsun.net.http.retryPost=false` sends it once; java.net.http.HttpClient of the same JDK sends it once anyway.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
java -version 2>&1 | head -1
cat > Order.java <<'JAVA'
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.util.concurrent.atomic.AtomicInteger;

public class Order {
    static final AtomicInteger received = new AtomicInteger();

    static void serve(ServerSocket server) {
        while (true) {
            try (Socket client = server.accept()) {
                var lines = new BufferedReader(new InputStreamReader(client.getInputStream()));
                int length = 0;
                for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine())
                    if (line.toLowerCase().startsWith("content-length:")) length = Integer.parseInt(line.substring(15).trim());
                char[] body = new char[length];
                for (int read = 0; read < length; ) read += lines.read(body, read, length - read);
                if (new String(body).equals("func=order")) received.incrementAndGet();
            } catch (IOException closed) { return; }
        }
    }

    static void byConnection(URI address) throws Exception {
        var connection = (HttpURLConnection) address.toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.getOutputStream().write("func=order".getBytes());
        connection.getResponseCode();
    }

    static void byClient(URI address) throws Exception {
        var request = HttpRequest.newBuilder(address).POST(HttpRequest.BodyPublishers.ofString("func=order")).build();
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    public static void main(String[] arguments) throws Exception {
        var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var thread = new Thread(() -> serve(server));
        thread.setDaemon(true);
        thread.start();
        var address = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/billmgr");
        String lost = "nothing thrown";
        try {
            if (arguments[0].equals("client")) byClient(address); else byConnection(address);
        } catch (IOException problem) { lost = problem.getClass().getSimpleName(); }
        System.out.println(received + " " + lost);
    }
}
JAVA
expect() {
    local seen; seen=$(java "${@:3}" Order.java "$2")
    echo "$2 ${*:3}: $seen"
    [ "$seen" = "$1" ] || { echo "changed" >&2; exit 1; }
}
expect "2 SocketException" connection
expect "1 SocketException" connection -Dsun.net.http.retryPost=false
expect "1 IOException" client
