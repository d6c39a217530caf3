// Bayesian regression of counts that vary more than Poisson's distribution allows. How much ink is
// in each row of a handwritten digit? Two models of the ink points in a row r of a digit of class
// c:
//
//   Poisson            y ~ Poisson(m_cr)                        variance m
//   negative binomial  y ~ NegativeBinomial with the mean m_cr  variance m + (s_cr m)^2
//   prior              m_cr ~ LogNormal(log 40, 1),  s_cr ~ LogNormal(log 0.2, 1)
//
// Both posteriors are sampled by Hamiltonian Monte Carlo. The models are compared by the
// probabilities that they give to digits that they have not seen. The picture shows these digits
// beside the predictions, and the posterior of the ratio of variance and mean, which is 1 in the
// Poisson model.

#include <ATen/Parallel.h>
#include <torch/distributions.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "digits.h"
#include "hmc.h"
#include "support/command_line.h"
#include "support/image.h"
#include "support/numbers.h"
#include "support/panel.h"
#include "support/progress.h"

namespace {

namespace dist = torch::distributions;
using example::Axis;
using example::Box;
using example::Colour;
using example::Digits;
using example::Image;
using example::numbers;
using example::Panel;
using torch::Tensor;

constexpr int64_t kSide = Digits::kSide;
constexpr int64_t kClasses = Digits::kClasses;
constexpr int64_t kCells = kClasses * kSide;  // a cell is a row of a class

struct Options : example::CommonOptions {
  int64_t chains = 4;
  int64_t warm_up = 400;
  int64_t moves = 500;
  std::string data = EXAMPLE_DATA_DIR "/digits.csv";
  std::string output = "count_regression.png";
};

/// The ink points in each row, [digits, kSide].
Tensor ink_of(const Digits& digits) { return digits.images.unflatten(-1, {kSide, kSide}).sum(-1); }

// ---- The models ---------------------------------------------------------------------------------

/// A model of the ink in cells. Each of its parameters is a number for each cell, [..., kClasses,
/// kSide].
struct Model {
  std::string name;
  std::vector<dist::DistributionPtr> priors;  ///< of the parameters
  /// The distribution of counts, given the parameters of their cells.
  std::function<dist::DistributionPtr(const std::vector<Tensor>& parameters)> counts;
  example::ParameterSpace space = space_of(priors);

  static example::ParameterSpace space_of(const std::vector<dist::DistributionPtr>& priors) {
    std::vector<example::ParameterSpace::Parameter> parameters;
    for (const dist::DistributionPtr& prior : priors) {
      parameters.push_back({.set = prior->support(), .shape = prior->event_shape().vec()});
    }
    return example::ParameterSpace(parameters);
  }

  /// log p(digit | parameters) for each digit: [..., digits].
  Tensor log_likelihood(const std::vector<Tensor>& parameters, const Digits& digits) const {
    std::vector<Tensor> of_digits = parameters;
    for (Tensor& parameter : of_digits) parameter = parameter.index_select(-2, digits.labels);
    return dist::Independent(counts(of_digits), 1).log_prob(ink_of(digits));
  }

  /// log p(u, digits), the density of the posterior at u up to a constant.
  Tensor log_density(const Tensor& u, const Digits& digits) const {
    const auto [parameters, log_det] = space.at(u);
    Tensor sum = log_likelihood(parameters, digits).sum(-1) + log_det;
    for (size_t i = 0; i < priors.size(); ++i) sum = sum + priors[i]->log_prob(parameters[i]);
    return sum;
  }
};

/// The distribution of a parameter, within about a factor 3 of a typical value in each cell.
dist::Independent prior(double typical, torch::Device device) {
  return {dist::LogNormal(torch::full({kClasses, kSide}, std::log(typical), device), 1.0), 2};
}

constexpr double kTypicalMean = 40, kTypicalSpread = 0.2;

Model poisson(torch::Device device) {
  return {.name = "Poisson",
          .priors = {prior(kTypicalMean, device)},
          .counts = [](const std::vector<Tensor>& parameters) -> dist::DistributionPtr {
            return dist::Poisson(parameters[0]);
          }};
}

Model negative_binomial(torch::Device device) {
  return {.name = "negative binomial",
          .priors = {prior(kTypicalMean, device), prior(kTypicalSpread, device)},
          .counts = [](const std::vector<Tensor>& parameters) -> dist::DistributionPtr {
            const Tensor total_count = parameters[1].square().reciprocal();
            return dist::NegativeBinomial(total_count,
                                          {.logits = (parameters[0] / total_count).log()});
          }};
}

// ---- Inference ----------------------------------------------------------------------------------

/// Draws from the posterior: [moves, chains, size].
Tensor sample_posterior(const Model& model, const Digits& digits, const Options& options) {
  // All chains start near the observed means and the typical spread.
  const Tensor start = torch::empty({options.chains, model.space.size()},
                                    torch::TensorOptions(torch::kDouble).device(options.device));
  start.copy_(dist::Normal(0.0, 0.2).sample(start.sizes()));
  const Tensor ink = ink_of(digits);
  for (int64_t digit = 0; digit < kClasses; ++digit) {
    const Tensor mean = ink.index({digits.labels == digit}).mean(0);
    start.narrow(-1, digit * kSide, kSide).add_((mean + 0.5).log());
  }
  start.slice(-1, kCells).add_(std::log(kTypicalSpread));

  example::HamiltonianMonteCarlo sampler(
      [&](const Tensor& u) { return model.log_density(u, digits); }, start);
  return sampler.draw(model.name, options.warm_up, options.moves);
}

/// What a model says about digits that it has not seen.
struct Prediction {
  std::vector<Tensor> parameters;  ///< draws from the posterior, [draws, kClasses, kSide] each
  Tensor log_density;              ///< of each digit, [digits]
  Tensor low, high;  ///< the interval that holds the ink of a cell with a probability of 0.9
  double coverage;   ///< the share of counts in their intervals
};

Prediction predict(const Model& model, const Tensor& draws, const Digits& unseen) {
  constexpr int64_t kDraws = 500;
  const Tensor all = draws.flatten(0, 1);
  const int64_t count = std::min(kDraws, all.size(0));
  const Tensor some = torch::linspace(0, static_cast<double>(all.size(0) - 1), count, all.options())
                          .to(torch::kLong);
  const std::vector<Tensor> parameters = model.space.at(all.index_select(0, some)).parameters;
  const Tensor log_density =
      model.log_likelihood(parameters, unseen).logsumexp(0) - std::log(static_cast<double>(count));
  constexpr int64_t kCounts = 20;  // for each draw of the parameters
  const Tensor counts = model.counts(parameters)->sample({kCounts}).flatten(0, 1);
  const Tensor ends =
      counts.quantile(torch::tensor({0.05, 0.95}, counts.options()), 0, false, "nearest");
  const Tensor low = ends[0].index_select(0, unseen.labels);
  const Tensor high = ends[1].index_select(0, unseen.labels);
  const Tensor ink = ink_of(unseen);
  return {.parameters = parameters,
          .log_density = log_density,
          .low = ends[0],
          .high = ends[1],
          .coverage = ((ink >= low) & (ink <= high)).to(torch::kDouble).mean().item<double>()};
}

// ---- The picture --------------------------------------------------------------------------------

constexpr Colour kPoissonColour = example::colour(0x1f5fa8);
constexpr Colour kSpreadColour = example::colour(0xe07b1f);
constexpr Colour kGrey = example::grey(70);

/// The mean image of a class.
void draw_mean(Image& image, const Box& box, const Tensor& images) {
  const std::vector<double> levels = numbers(images.mean(0));
  const double pixel = box.width() / kSide;
  for (int64_t i = 0; i < Digits::kPixels; ++i) {
    const double left = box.left + static_cast<double>(i % kSide) * pixel;
    const double top = box.top + static_cast<double>(i / kSide) * pixel;
    image.fill({.left = left, .top = top, .right = left + pixel, .bottom = top + pixel},
               example::mix(example::kWhite, example::grey(40),
                            levels[static_cast<size_t>(i)] / Digits::kMaxCount));
  }
}

/// The intervals of both models and the digits, row by row.
void draw_rows(Image& image, const Panel& panel, int64_t digit, const Digits& unseen,
               const Prediction& poisson, const Prediction& spread) {
  const auto bars = [&](const Prediction& prediction, double half_height, Colour colour) {
    const std::vector<double> low = numbers(prediction.low[digit]);
    const std::vector<double> high = numbers(prediction.high[digit]);
    for (size_t row = 0; row < low.size(); ++row) {
      const double middle = static_cast<double>(row) + 0.5;
      panel.fill(low[row] - 0.5, middle + half_height, high[row] + 0.5, middle - half_height,
                 colour);
    }
  };
  bars(spread, 0.42, example::mix(kSpreadColour, example::kWhite, 0.62));
  bars(poisson, 0.2, example::mix(kPoissonColour, example::kWhite, 0.45));
  const Tensor ink = ink_of(unseen).index({unseen.labels == digit});
  const std::vector<double> counts = numbers(ink);
  const std::vector<double> jitter = numbers(torch::rand(ink.sizes()) - 0.5);
  for (size_t i = 0; i < counts.size(); ++i) {
    const double row = static_cast<double>(i % kSide) + 0.5 + 0.6 * jitter[i];
    // On whole pixels, for a small file.
    const double y = std::round(panel.y(row)), x = std::round(panel.x(counts[i]));
    image.disc({.x = x, .y = y}, 1.9, example::kBlack, 0.55);
  }
}

/// The posterior of the ratio of variance and mean of each row, 1 + s^2 m.
void draw_posterior(Image& image, const Panel& panel, const Axis& axis, int64_t digit,
                    const Tensor& mean, const Tensor& spread) {
  const Tensor ratio = (1 + spread.square() * mean).select(-2, digit).cpu();
  // The ends of pixels.
  const Tensor points = torch::linspace(axis.low, axis.high, std::lround(panel.box().width()) + 1);
  for (int64_t row = 0; row < kSide; ++row) {
    const Tensor density = example::kernel_density(ratio.select(-1, row), points);
    const double base = static_cast<double>(row) + 0.96;
    const std::vector<double> xs = numbers(points);
    const std::vector<double> ys = numbers(base - 0.86 * density / density.max());
    for (size_t i = 1; i < xs.size(); ++i) {
      panel.fill(xs[i - 1], base, xs[i], ys[i], example::mix(kSpreadColour, example::kWhite, 0.62));
    }
    panel.curve(xs, ys, 1.8, kSpreadColour);
  }
  const double one = panel.x(1);
  image.lines({{{one, panel.box().top}, {one, panel.box().bottom}}}, 2, kPoissonColour);
}

void draw(const Digits& training, const Digits& unseen, const Prediction& poisson,
          const Prediction& spread, const std::string& path) {
  constexpr int kColumns = 2, kCellWidth = 860, kCellHeight = 268, kHeader = 84;
  constexpr double kRow = 24, kPlot = kRow * kSide;
  Image image(kColumns * kCellWidth, kHeader + kCellHeight * static_cast<int>(kClasses) / kColumns);
  const example::TextStyle centred{.size = 18, .colour = kGrey, .align = example::Align::kCentre};

  const auto key = [&](double x, const std::string& text, Colour colour) {
    image.fill({.left = x, .top = 22, .right = x + 30, .bottom = 42}, colour);
    image.text({.x = x + 40, .y = 39}, text, {.size = 20});
  };
  key(40, "Poisson: 90 % interval of the ink", example::mix(kPoissonColour, example::kWhite, 0.45));
  key(450, "negative binomial: 90 % interval, and posterior at the right",
      example::mix(kSpreadColour, example::kWhite, 0.62));
  image.disc({.x = 1135, .y = 32}, 4, example::kBlack, 0.7);
  image.text({.x = 1150, .y = 39}, "rows of digits that were not used for the fit", {.size = 20});

  const Axis ink = Axis::around(0, ink_of(unseen).max().item<double>());
  const Axis ratio = Axis::of(0, 11.5);
  // Upside down, since the first row of an image is at the top.
  const Axis rows{.low = static_cast<double>(kSide), .high = 0, .step = 1};
  for (int64_t digit = 0; digit < kClasses; ++digit) {
    const double left = static_cast<double>(digit % kColumns) * kCellWidth;
    const double top = kHeader + static_cast<double>(digit / kColumns) * kCellHeight;
    const Box digit_box{
        .left = left + 40, .top = top, .right = left + 40 + kPlot, .bottom = top + kPlot};
    const Box ink_box{.left = left + 250, .top = top, .right = left + 570, .bottom = top + kPlot};
    const Box ratio_box{.left = left + 610, .top = top, .right = left + 830, .bottom = top + kPlot};
    draw_mean(image, digit_box, training.images.index({training.labels == digit}));
    const Panel ink_panel(image, ink_box, ink, rows), ratio_panel(image, ratio_box, ratio, rows);
    draw_rows(image, ink_panel, digit, unseen, poisson, spread);
    draw_posterior(image, ratio_panel, ratio, digit, spread.parameters[0], spread.parameters[1]);
    ink_panel.draw_x_axis(17);
    ratio_panel.draw_x_axis(17);
    const double below = digit_box.bottom + 46;
    image.text({.x = (digit_box.left + digit_box.right) / 2, .y = digit_box.bottom + 24},
               "mean image of " + std::to_string(digit), centred);
    image.text({.x = (ink_box.left + ink_box.right) / 2, .y = below}, "ink points in the row",
               centred);
    image.text({.x = (ratio_box.left + ratio_box.right) / 2, .y = below}, "variance / mean",
               centred);
  }
  image.write_png(path);
}

// ---- The program --------------------------------------------------------------------------------

double largest(const Tensor& tensor) { return tensor.max().item<double>(); }

int run(Options options) {
  // For tensors this small, more threads only cost time.
  at::set_num_threads(1);
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  c10::set_default_dtype(caffe2::TypeMeta::Make<double>());
  if (options.brief) {
    options.warm_up = 40;
    options.moves = 20;
  }

  const Digits digits = Digits::load(options.data, options.device);
  const int64_t count = digits.count(), unseen_count = count / 3;
  const Digits unseen = digits.slice(0, unseen_count);
  const Digits training = digits.slice(unseen_count, count);
  const std::array models{poisson(options.device), negative_binomial(options.device)};
  std::vector<Prediction> predictions;
  for (const Model& model : models) {
    // Positions of trajectories may have no density, which is a refused move and no error.
    const dist::ValidateArgsGuard off(false);
    const Tensor draws = sample_posterior(model, training, options);
    const torch::NoGradGuard no_grad;
    predictions.push_back(predict(model, draws, unseen));
    std::cout << model.name << ": largest split R-hat of " << model.space.size()
              << " parameters: " << example::fixed(largest(example::split_r_hat(draws)), 3) << '\n';
  }

  std::cout << '\n' << unseen_count << " digits that were not used for the fit:\n";
  for (size_t i = 0; i < models.size(); ++i) {
    std::cout << "  " << models[i].name << ": log predictive density of a digit "
              << example::fixed(predictions[i].log_density.mean().item<double>(), 2) << " nats; "
              << example::fixed(100 * predictions[i].coverage, 1)
              << " % of rows in their 90 % interval\n";
  }
  const Tensor gain = predictions[1].log_density - predictions[0].log_density;
  const double mean = gain.mean().item<double>();
  const double error = gain.std().item<double>() / std::sqrt(static_cast<double>(unseen_count));
  std::cout << "  difference: " << example::fixed(mean, 2) << " nats a digit, standard error "
            << example::fixed(error, 2) << '\n';

  draw(training, unseen, predictions[0], predictions[1], options.output);
  std::cout << "wrote " << std::filesystem::absolute(options.output).string() << '\n';
  constexpr double kStandardErrors = 5;
  if (!(mean > kStandardErrors * error)) {
    throw std::runtime_error("the negative binomial model does not predict better");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    Options options;
    example::CommandLine line("Compares Bayesian regressions of overdispersed counts.");
    options.add_to(line);
    line.add("chains", options.chains, "of the sampler, which move at once");
    line.add("warm-up", options.warm_up, "moves in which the sampler adapts");
    line.add("moves", options.moves, "moves after these");
    line.add("data", options.data, "the digits: 64 ink counts and a label a line");
    line.add("output", options.output, "the picture to write (PNG)");
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
