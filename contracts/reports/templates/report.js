"use strict";
(function () {
  // Opens whatever a link points to, in browsers that leave it folded.
  function reveal() {
    var found = location.hash && document.getElementById(location.hash.slice(1));
    for (var node = found; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") { node.open = true; }
    }
    if (found) { found.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  // Finding by name needs the script; without it the field is not shown.
  document.querySelectorAll(".find").forEach(function (field) {
    var section = field.closest("section");
    var rows = section.querySelectorAll(".row");
    field.hidden = false;
    field.querySelector("input").addEventListener("input", function (event) {
      var wanted = event.target.value.trim().toLowerCase();
      var left = 0;
      rows.forEach(function (row) {
        var fits = row.dataset.name.toLowerCase().indexOf(wanted) >= 0;
        row.classList.toggle("away", !fits);
        left += fits;
      });
      field.querySelector("output").textContent = wanted ? left + " of " + rows.length : "";
    });
  });
}());
