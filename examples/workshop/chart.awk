# From "KIND with|without ANN BEN WHAT CHO WAS KEPT TO" to a chart in SVG: for each kind of misbehaviour what the two others
# got of their share, without and with limits, and what the third was kept to.
{
  kind = $1; share[kind, $2] = ($3 + $4) / 2
  if (!(kind in seen)) { seen[kind] = 1; kinds[++n] = kind }
  if ($2 == "with") { kept[kind] = $5; for (i = 6; i <= NF; i++) kept[kind] = kept[kind] " " $i }
}
END {
  names["burner"] = "burns CPU"; names["eater"] = "eats memory"; names["bomb"] = "forks"
  names["flood"] = "floods the disk"; names["talker"] = "floods the network"
  grey = "#cbc4ba"; red = "#c4532a"; ink = "#2b2621"; soft = "#756d64"
  left = 64; group = 158; width = left + n * group + 16; height = 364; base = 276; scale = 1.5
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"-apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif\" font-size=\"13\">\n", width, height
  printf "<rect x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"10\" fill=\"#fffdfa\" stroke=\"#e6dfd5\"/>\n", width - 1, height - 1
  text(20, 34, "start", ink, "Three tenants share a machine, and one misbehaves", "font-size=\"18\" font-weight=\"600\"")
  text(20, 56, "start", soft, "What the other two get done, in % of what they do when all three behave", "")
  key(20, 72, grey, "without limits"); key(142, 72, red, "as tenants of Ondol")
  for (p = 0; p <= 100; p += 50) {
    y = base - p * scale
    printf "<line x1=\"%d\" x2=\"%d\" y1=\"%g\" y2=\"%g\" stroke=\"%s\"%s/>\n", left, width - 20, y, y, p == 0 ? "#b9b1a6" : "#e0d8cd", p == 100 ? " stroke-dasharray=\"4 4\"" : ""
    text(left - 8, y + 4, "end", soft, p " %", "font-size=\"12\"")
  }
  for (i = 1; i <= n; i++) {
    middle = left + (i - 0.5) * group
    bar(middle - 50, share[kinds[i], "without"], grey, "")
    bar(middle + 4, share[kinds[i], "with"], red, " font-weight=\"600\"")
    text(middle, base + 24, "middle", ink, names[kinds[i]], "font-size=\"14\" font-weight=\"600\"")
    lines = split(kept[kinds[i]], line, ", ") # each has a line, as wide as its bars
    for (j = 1; j <= lines; j++) text(middle, base + 30 + 16 * j, "middle", soft, line[j], "font-size=\"11\"")
  }
  text(left - 8, base + 46, "end", soft, "kept to", "font-size=\"11\"")
  print "</svg>"
}
function text(x, y, anchor, colour, words, more) {
  gsub(/&/, "\\&amp;", words); gsub(/</, "\\&lt;", words)
  printf "<text x=\"%g\" y=\"%g\" text-anchor=\"%s\" fill=\"%s\" %s>%s</text>\n", x, y, anchor, colour, more, words
}
function key(x, y, colour, words) {
  printf "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" rx=\"2\" fill=\"%s\"/>", x, y, colour
  text(x + 18, y + 10.5, "start", ink, words, "")
}
# with a number above it; higher than a little above the share it does not grow
function bar(x, p, colour, weight,   h, wide, r) {
  h = (p > 112 ? 112 : p) * scale; wide = 46; r = h < 4 ? h : 4
  printf "<path d=\"M%g %gv%gq0 -%g %g -%gh%gq%g 0 %g %gv%gz\" fill=\"%s\"/>", x, base, -(h - r), r, r, r, wide - 2 * r, r, r, r, h - r, colour
  text(x + wide / 2, base - h - 6, "middle", ink, sprintf("%d", p + 0.5), "font-size=\"13\"" weight)
}
