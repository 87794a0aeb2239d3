# From "KIND with|without ANN BEN …" to a chart in SVG: for each kind of misbehaviour what the two others got of their
# share, without and with limits.
{ kind = $1; mode = $2; share[kind, mode] = ($3 + $4) / 2; if (!(kind in seen)) { seen[kind] = 1; kinds[++n] = kind } }
END {
  names["burner"] = "burns CPU"; names["eater"] = "eats memory"; names["bomb"] = "forks"; names["flood"] = "floods the disk"
  width = 150 + n * 140; height = 300; base = 230; scale = 1.6
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">\n", width, height
  printf "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height
  printf "<text x=\"16\" y=\"26\" font-size=\"15\" fill=\"#222\">Three tenants share a machine; one misbehaves. What the other two get of their share:</text>\n"
  for (p = 0; p <= 100; p += 50) {
    y = base - p * scale
    printf "<line x1=\"60\" x2=\"%d\" y1=\"%g\" y2=\"%g\" stroke=\"#ddd\"/><text x=\"52\" y=\"%g\" text-anchor=\"end\" fill=\"#666\">%d %%</text>\n", width - 16, y, y, y + 4, p
  }
  for (i = 1; i <= n; i++) {
    x = 80 + (i - 1) * 140
    bar(x, share[kinds[i], "without"], "#c9c2b8")
    bar(x + 48, share[kinds[i], "with"], "#c8552b")
    printf "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#222\">%s</text>\n", x + 44, base + 20, names[kinds[i]]
  }
  printf "<rect x=\"80\" y=\"%d\" width=\"12\" height=\"12\" fill=\"#c9c2b8\"/><text x=\"98\" y=\"%d\" fill=\"#222\">without limits</text>\n", base + 40, base + 51
  printf "<rect x=\"210\" y=\"%d\" width=\"12\" height=\"12\" fill=\"#c8552b\"/><text x=\"228\" y=\"%d\" fill=\"#222\">as tenants of Ondol</text>\n", base + 40, base + 51
  print "</svg>"
}
function bar(x, p, colour,   h) {
  h = (p > 110 ? 110 : p) * scale
  printf "<rect x=\"%d\" y=\"%g\" width=\"40\" height=\"%g\" fill=\"%s\"/><text x=\"%d\" y=\"%g\" text-anchor=\"middle\" fill=\"#222\">%d</text>\n", x, base - h, h, colour, x + 20, base - h - 4, p + 0.5
}
