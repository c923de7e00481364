package dev.needzero.report;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven over its DevTools protocol. Skips the test where none is installed.
 *
 * <p>No JSON is parsed: values come back percent-encoded, and so cannot contain a quote.
 */
final class Chromium implements AutoCloseable {
    private static final int SECONDS = 30;

    private final Process process;
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<String>> answers = new ConcurrentHashMap<>();
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private int lastId;

    Chromium(Path scratch) throws Exception {
        String executable = find();
        assumeTrue(executable != null, "skipped: no chromium, chromium-browser or google-chrome on the PATH");
        process = new ProcessBuilder(
                        executable,
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--hide-scrollbars",
                        "--force-color-profile=srgb",
                        "--remote-debugging-port=0",
                        "--remote-allow-origins=*",
                        "--user-data-dir=" + scratch.resolve("profile"),
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(scratch.resolve("chromium.log").toFile())
                .start();
        try {
            socket = connect(scratch);
            for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
                call(domain + ".enable", "{}");
            }
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private WebSocket connect(Path scratch) throws Exception {
        String port = portFrom(scratch.resolve("profile").resolve("DevToolsActivePort"));
        HttpClient client = HttpClient.newHttpClient();
        return client.newWebSocketBuilder()
                .buildAsync(URI.create(pageUrl(client, port)), new Listener())
                .get(SECONDS, TimeUnit.SECONDS);
    }

    private static String find() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name -> Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .map(dir -> Path.of(dir, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse(null);
    }

    private static String portFrom(Path file) throws IOException, InterruptedException {
        for (int i = 0; i < SECONDS * 20; i++) {
            if (Files.exists(file) && Files.readAllLines(file).size() >= 2) {
                return Files.readAllLines(file).get(0);
            }
            Thread.sleep(50);
        }
        throw new IOException("Chromium did not open its DevTools port");
    }

    private static String pageUrl(HttpClient client, String port) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                .build();
        for (int i = 0; i < SECONDS * 20; i++) {
            String list = client.send(request, BodyHandlers.ofString()).body();
            Matcher page = Pattern.compile("\"webSocketDebuggerUrl\": *\"(ws://[^\"]*/page/[^\"]*)\"")
                    .matcher(list);
            if (page.find()) {
                return page.group(1);
            }
            Thread.sleep(50);
        }
        throw new IOException("Chromium shows no page");
    }

    /** Opens a report and waits until it is drawn. */
    void open(Path file) throws Exception {
        events.clear();
        call("Page.navigate", "{\"url\":\"" + file.toUri() + "\"}");
        for (int i = 0; i < SECONDS * 20; i++) {
            if (isLoaded()
                    && !eval("document.documentElement.dataset.ready || ''").isEmpty()) {
                return;
            }
            Thread.sleep(50);
        }
        throw new TimeoutException("the report was never drawn: " + events);
    }

    private boolean isLoaded() {
        return List.copyOf(events).stream().anyMatch(e -> e.contains("\"method\":\"Page.loadEventFired\""));
    }

    void size(int width, int height) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":false}");
    }

    void colorScheme(String scheme) throws Exception {
        call(
                "Emulation.setEmulatedMedia",
                "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + scheme + "\"}]}");
    }

    void moveMouse(int x, int y) throws Exception {
        call("Input.dispatchMouseEvent", "{\"type\":\"mouseMoved\",\"x\":" + x + ",\"y\":" + y + "}");
    }

    void press(String key, int code) throws Exception {
        for (String type : List.of("keyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    "{\"type\":\"" + type + "\",\"key\":\"" + key + "\",\"code\":\"" + key
                            + "\",\"windowsVirtualKeyCode\":" + code + "}");
        }
    }

    /** A JavaScript expression's value as text; two frames later, so that what it caused is drawn. */
    String eval(String expression) throws Exception {
        String wrapped = "(async () => { const value = " + expression
                + "; await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));"
                + " return encodeURIComponent(String(value)); })()";
        String answer = call("Runtime.evaluate", "{\"awaitPromise\":true,\"expression\":" + JsonText.of(wrapped) + "}");
        Matcher value =
                Pattern.compile("\"type\":\"string\",\"value\":\"([^\"]*)\"").matcher(answer);
        if (!value.find()) {
            throw new IllegalStateException(expression + " gave " + answer);
        }
        return URLDecoder.decode(value.group(1).replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    byte[] screenshot() throws Exception {
        String answer = call("Page.captureScreenshot", "{\"format\":\"png\"}");
        Matcher data = Pattern.compile("\"data\":\"([^\"]*)\"").matcher(answer);
        if (!data.find()) {
            throw new IllegalStateException("no picture: " + answer);
        }
        return Base64.getDecoder().decode(data.group(1));
    }

    /** What the page complained of since it was opened. */
    List<String> errors() {
        return List.copyOf(events).stream()
                .filter(e -> e.contains("\"method\":\"Runtime.exceptionThrown\"")
                        || e.contains("\"method\":\"Runtime.consoleAPICalled\"") && e.contains("\"type\":\"error\"")
                        || e.contains("\"method\":\"Log.entryAdded\""))
                .toList();
    }

    List<String> requestedUrls() {
        Pattern url = Pattern.compile("\"request\":\\{\"url\":\"([^\"]*)\"");
        return List.copyOf(events).stream()
                .filter(e -> e.contains("\"method\":\"Network.requestWillBeSent\""))
                .map(url::matcher)
                .filter(Matcher::find)
                .map(m -> m.group(1))
                .toList();
    }

    private String call(String method, String parameters)
            throws InterruptedException, ExecutionException, TimeoutException {
        int id = ++lastId;
        CompletableFuture<String> answer = new CompletableFuture<>();
        answers.put(id, answer);
        socket.sendText("{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}", true)
                .get(SECONDS, TimeUnit.SECONDS);
        return answer.get(SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final Pattern id = Pattern.compile("^\\{\"id\":(\\d+)");
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                String text = message.toString();
                message.setLength(0);
                Matcher answer = id.matcher(text);
                if (answer.find()) {
                    answers.remove(Integer.valueOf(answer.group(1))).complete(text);
                } else {
                    events.add(text);
                }
            }
            from.request(1);
            return null;
        }
    }
}
