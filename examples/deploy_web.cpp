// A trained network goes onto a web page, which reads digits that are drawn there.
#include <shikumi/nn/io/tfjs.hpp>
#include <shikumi/shikumi.hpp>

#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <stdexcept>

#include "common/digits.hpp"
#include "common/reader.hpp"
#include "common/run.hpp"

using namespace shikumi;

namespace {

namespace fs = std::filesystem;

// MNIST's digits are 20 pixels large, with the centre of their mass in the middle of 28.
constexpr auto page = R"(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Draw a digit</title>
<style>
  body { font: 16px sans-serif; margin: 2em; }
  canvas { border: 1px solid #888; touch-action: none; cursor: crosshair; }
  main { display: flex; gap: 2em; }
  #said { font-size: 3em; margin: 0; min-height: 1.2em; }
  .bar { background: #4a7ebb; display: inline-block; height: .8em; }
</style>
<h1>Draw a digit</h1>
<main>
<canvas id="paper" width="280" height="280"></canvas>
<div><p id="said">The network is loading.</p><div id="bars"></div></div>
</main>
<p><button id="clear">Clear</button></p>
<script src="tf.min.js"></script>
<script>
const paper = document.getElementById('paper'), pen = paper.getContext('2d', {willReadFrequently: true});
const said = document.getElementById('said'), bars = document.getElementById('bars');
let model = null, drawing = false;

function clear() {
  pen.fillStyle = 'black';
  pen.fillRect(0, 0, 280, 280);
  said.textContent = bars.textContent = '';
}

// The ink as MNIST has it; null where there is none.
function picture() {
  const ink = pen.getImageData(0, 0, 280, 280).data;
  let left = 280, right = -1, top = 280, bottom = -1, sum = 0, sumX = 0, sumY = 0;
  for (let y = 0; y < 280; y++) for (let x = 0; x < 280; x++) {
    const value = ink[4 * (280 * y + x)];
    if (value < 64) continue;
    left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y);
    sum += value; sumX += x * value; sumY += y * value;
  }
  if (sum === 0) return null;
  const scale = 20 / Math.max(right - left + 1, bottom - top + 1);
  const small = new OffscreenCanvas(28, 28).getContext('2d');
  small.imageSmoothingQuality = 'high';
  small.setTransform(scale, 0, 0, scale, 14 - scale * sumX / sum, 14 - scale * sumY / sum);
  small.drawImage(paper, 0, 0);
  const pixels = small.getImageData(0, 0, 28, 28).data;
  return tf.tensor(Array.from({length: 784}, (_, i) => pixels[4 * i] / 255), [1, 28, 28, 1]);
}

function read() {
  const x = model && picture();
  if (!x) return;
  const p = Array.from(tf.tidy(() => model.predict(x)).dataSync());
  said.textContent = p.indexOf(Math.max(...p));
  bars.innerHTML = p.map((v, digit) => `${digit} <span class="bar" style="width:${200 * v}px"></span>`).join('<br>');
}

paper.onpointerdown = e => { drawing = true; pen.beginPath(); pen.moveTo(e.offsetX, e.offsetY); };
paper.onpointermove = e => {
  if (!drawing) return;
  pen.lineWidth = 20; pen.lineCap = pen.lineJoin = 'round'; pen.strokeStyle = 'white';
  pen.lineTo(e.offsetX, e.offsetY); pen.stroke();
};
window.onpointerup = () => { if (drawing) read(); drawing = false; };
document.getElementById('clear').onclick = clear;
clear();
tf.loadLayersModel('model.json').then(m => { model = m; read(); }, e => { said.textContent = e.message; });
</script>
</html>
)";

void deploy_web(const examples::Options& options) {
    const auto [train, test] = examples::load_digits(options);
    nn::Sequential m = examples::trained_reader(train, options);
    const double accuracy =
        m.evaluate(examples::as_pictures(test.images), test.labels, 500)["accuracy"];
    const fs::path folder = options.out / "deploy_web";
    fs::create_directories(folder);
    nn::save_tfjs(m, (folder / "model.json").string(), {.include_optimizer = false});
    std::ofstream html(folder / "index.html");
    html << page;
    if (!html.flush()) throw std::runtime_error("can't write index.html");
    const std::string script = options.text("tfjs");
    if (!script.empty())
        fs::copy_file(script, folder / "tf.min.js", fs::copy_options::overwrite_existing);
    std::cout << "\naccuracy on the test digits: " << std::fixed << std::setprecision(4) << accuracy
              << "\nwrote index.html, model.json and model.weights.bin into " << folder.string()
              << '\n';
    if (!fs::exists(folder / "tf.min.js"))
        std::cout
            << "the page also wants dist/tf.min.js of @tensorflow/tfjs beside it: --tfjs FILE\n";
    std::cout << "look at it: python3 -m http.server --directory '" << folder.string()
              << "', then http://localhost:8000\n";
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(
        argc, argv, "a network for digits on a web page, by TensorFlow.js",
        {.epochs = 1,
         .batch_size = 64,
         .learning_rate = 0.002,
         .own = {{"tfjs", "", "TensorFlow.js's tf.min.js, which the page loads"}}},
        deploy_web);
}
