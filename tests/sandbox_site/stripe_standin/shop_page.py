"""A shop's page with the payment form in it, on an origin of its own."""

import http.server
import threading

PAGE = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Shop</title>
    <style>
      body { margin: 0; padding: 16px; font: 16px/1.5 sans-serif; }
      main { max-width: 460px; margin: auto; }
      button { margin-top: 16px; width: 100%; min-height: 46px; }
    </style>
  </head>
  <body>
    <main>
      <h1>Shop</h1>
      <form id="shop-form">
        <div id="payment-element"></div>
        <button id="pay">Pay</button>
        <p id="result" role="status"></p>
      </form>
    </main>
    <script src="STANDIN/v3/"></script>
    <script>
      const query = new URLSearchParams(location.search);
      const options = JSON.parse(query.get("options"));
      const stripe = Stripe(query.get("key") || "pk_test_standin");
      const elements = stripe.elements(options);
      const element = elements.create("payment", JSON.parse(query.get("element") || "{}"));
      const said = (window.said = { events: [] });
      for (const name of ["ready", "change", "loaderror"]) {
        element.on(name, (data) => { said.events.push(name); said[name] = data; });
      }
      element.mount("#payment-element");
      document.getElementById("shop-form").addEventListener("submit", async (event) => {
        event.preventDefault();
        const result = document.getElementById("result");
        result.textContent = "…";
        const submitted = await elements.submit();
        said.outcome = submitted.error ? submitted : await stripe.confirmPayment({
          elements,
          clientSecret: query.get("secret") || options.clientSecret,
          confirmParams: { return_url: location.origin + "/return" },
          redirect: query.get("redirect") || "if_required",
        });
        const { paymentIntent, error } = said.outcome;
        result.textContent = paymentIntent ? paymentIntent.status : (error && error.message) || "";
      });
    </script>
  </body>
</html>
"""


class ShopPage:
    """Serves the page, at `url`, until stopped."""

    def __init__(self, standin_url):
        body = PAGE.replace("STANDIN", standin_url).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Silent."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
