"use strict";

// Swagger UI on the document of this very server. A token that the pages of the API keep is used here too, and the other
// way round: whoever logs in by "Try it out" is logged in.
{
  const root = new URL(document.currentScript.dataset.root, location.href);
  const key = `chatapi ${root.pathname}`;

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", follow);
  follow();

  const kept = () => {
    try {
      return JSON.parse(sessionStorage.getItem(key)) || {};
    } catch {
      return {};
    }
  };

  const ui = SwaggerUIBundle({
    url: new URL("schema/?format=json", root).href,
    domNode: document.getElementById("swagger-ui"),
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    filter: true,
    persistAuthorization: false,
    requestSnippetsEnabled: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    withCredentials: false,
    onComplete: () => {
      const { access } = kept();
      if (access) ui.preauthorizeApiKey("bearer", access);
    },
    responseInterceptor: (answer) => {
      if (answer.ok && answer.url && /\/auth\/jwt\/create\/?$/.test(new URL(answer.url, location.href).pathname)) {
        const { access, refresh } = answer.body || answer.obj || {};
        if (access) {
          sessionStorage.setItem(key, JSON.stringify({ access, refresh }));
          ui.preauthorizeApiKey("bearer", access);
        }
      }
      return answer;
    },
  });
}
