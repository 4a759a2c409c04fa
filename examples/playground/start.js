// Runs before the first paint: the language of the page, so that it does not show another one first.
{
    const known = ["en", "pt", "es"];
    const wanted = (navigator.languages ?? [navigator.language]).map((language) => language.slice(0, 2).toLowerCase());
    document.documentElement.lang = wanted.find((language) => known.includes(language)) ?? "en";
    if (location.protocol === "file:") {
        addEventListener("DOMContentLoaded", () => {
            document.getElementById("notice").textContent = "A browser loads the modules of this page from a server only: python3 -m http.server";
        });
    }
}
