// A variational autoencoder (D. P. Kingma and M. Welling, 2014, https://arxiv.org/abs/1312.6114) of
// real handwritten digits. A pixel is a count of ink points out of 16, which the model treats as a
// binomial variable:
//
//   prior      p(z)     = Independent(Normal(0, 1))
//   encoder    q(z | x) = Independent(Normal(loc(x), scale(x)))
//   decoder    p(x | z) = Independent(Binomial(16, logits(z)))
//   objective  ELBO(x)  = E_q[log p(x | z)] - KL(q(z | x), p(z))

#include <torch/torch.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "digits.h"
#include "support/command_line.h"
#include "support/image.h"
#include "support/progress.h"
#include "vae.h"

namespace {

namespace nn = torch::nn;
using example::Digits;
using example::Vae;
using example::VaeImpl;
using torch::Tensor;

struct Options : example::CommonOptions {
  int64_t epochs = 200;
  int64_t batch_size = 64;
  double learning_rate = 2e-3;
  std::string data = EXAMPLE_DATA_DIR "/digits.csv";
  std::string output = "vae.png";
};

/// Trains the model. Returns the mean ELBO on `held_out` before the first and after the last epoch.
std::pair<double, double> train(Vae& vae, const Tensor& images, const Tensor& held_out,
                                const Options& options) {
  const auto evaluate = [&] {
    const torch::NoGradGuard no_grad;
    vae->eval();
    const double elbo = vae->elbo(held_out).mean().item<double>();
    vae->train();
    return elbo;
  };
  torch::optim::Adam optimizer(vae->parameters(), options.learning_rate);
  const auto last_third = static_cast<unsigned>(std::max<int64_t>(1, options.epochs * 2 / 3));
  torch::optim::StepLR schedule(optimizer, last_third, /*gamma=*/0.2);
  example::Progress progress("epoch", options.epochs);
  const double before = evaluate();
  double after = before;
  progress.update(0, "ELBO on held-out digits " + example::fixed(before, 2));
  for (int64_t epoch = 1; epoch <= options.epochs; ++epoch) {
    double sum = 0.0;
    const Tensor order = torch::randperm(images.size(0)).to(images.device());
    for (const Tensor& batch : order.split(options.batch_size)) {
      const Tensor elbo = vae->elbo(images.index_select(0, batch));
      optimizer.zero_grad();
      (-elbo.mean()).backward();
      optimizer.step();
      sum += elbo.sum().item<double>();
    }
    schedule.step();
    after = evaluate();
    progress.update(epoch, "ELBO train " +
                               example::fixed(sum / static_cast<double>(images.size(0)), 2) +
                               "  held-out " + example::fixed(after, 2));
  }
  return {before, after};
}

/// A labelled row of a picture: `images` holds ink counts, [columns, Digits::kPixels].
struct Row {
  std::string label;
  Tensor images;
};

/// Draws rows of equal length, dark on white, with digits magnified by bicubic interpolation.
void draw(const std::vector<Row>& rows, const std::string& path) {
  constexpr int kMagnification = 10, kGap = 10, kLabelWidth = 180;
  constexpr int kCell = static_cast<int>(Digits::kSide) * kMagnification;
  const auto columns = static_cast<int>(rows.front().images.size(0));
  example::Image picture(kLabelWidth + columns * (kCell + kGap),
                         static_cast<int>(rows.size()) * (kCell + kGap) + kGap);
  int top = kGap;
  for (const Row& row : rows) {
    picture.text({.x = kGap, .y = top + 0.58 * kCell}, row.label, {.size = 21});
    const Tensor images = row.images.view({-1, 1, Digits::kSide, Digits::kSide}).to(torch::kCPU);
    const Tensor magnified =
        nn::functional::interpolate(images, nn::functional::InterpolateFuncOptions()
                                                .size(std::vector<int64_t>{kCell, kCell})
                                                .mode(torch::kBicubic)
                                                .align_corners(false));
    const Tensor shares = (magnified.squeeze(1) / Digits::kMaxCount).clamp(0, 1);
    const auto share = shares.accessor<float, 3>();
    for (int column = 0; column < columns; ++column) {
      for (int y = 0; y < kCell; ++y) {
        for (int x = 0; x < kCell; ++x) {
          picture.paint(kLabelWidth + column * (kCell + kGap) + x, top + y, example::kBlack,
                        share[column][y][x]);
        }
      }
    }
    top += kCell + kGap;
  }
  picture.write_png(path);
}

/// Draws one digit of each class, its reconstruction by the model, and generated digits: the mean
/// counts for latent vectors drawn from the prior.
void draw_digits(Vae& vae, const Digits& digits, const std::string& path) {
  const torch::NoGradGuard no_grad;
  vae->eval();
  std::vector<Tensor> one_of_each;
  for (int64_t label = 0; label < Digits::kClasses; ++label) {
    const Tensor found = (digits.labels == label).nonzero();
    one_of_each.push_back(digits.images[found[0].item<int64_t>()]);
  }
  const Tensor originals = torch::stack(one_of_each);
  std::vector<Row> rows = {{"originals", originals},
                           {"reconstructions", vae->decode(vae->encode(originals).mean()).mean()}};
  for (const std::string label : {"samples", "", ""}) {
    const Tensor latent = VaeImpl::prior(originals.device()).sample({Digits::kClasses});
    rows.push_back({label, vae->decode(latent).mean()});
  }
  draw(rows, path);
}

int run(Options options) {
  // For matrices this small, more threads only cost time.
  torch::set_num_threads(1);
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  if (options.brief) options.epochs = 3;

  const Digits digits = Digits::load(options.data, options.device);
  const int64_t count = digits.count(), held_out_count = count / 10;
  const Digits held_out = digits.slice(0, held_out_count);
  const Digits training = digits.slice(held_out_count, count);
  Vae vae;
  vae->to(options.device);
  const auto [before, after] = train(vae, training.images, held_out.images, options);
  if (!(after > before)) throw std::runtime_error("the model has not learnt anything");

  draw_digits(vae, held_out, options.output);
  std::cout << "ELBO on " << held_out_count << " held-out digits: " << example::fixed(before, 1)
            << " before, " << example::fixed(after, 1) << " after training (nats)\n"
            << "wrote " << std::filesystem::absolute(options.output).string() << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    Options options;
    example::CommandLine line("Trains a variational autoencoder on handwritten digits.");
    options.add_to(line);
    line.add("epochs", options.epochs, "passes over the digits");
    line.add("batch-size", options.batch_size, "digits in a step");
    line.add("learning-rate", options.learning_rate, "of Adam; a fifth of it in the last third");
    line.add("data", options.data, "the digits: 64 ink counts and a label a line");
    line.add("output", options.output, "the picture to write (PNG)");
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
