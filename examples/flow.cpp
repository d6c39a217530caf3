// A normalising flow learns the density of two moons. It is a TransformedDistribution whose
// transforms are defined here: affine coupling layers (L. Dinh, J. Sohl-Dickstein and S. Bengio,
// "Density estimation using Real NVP", 2017, https://arxiv.org/abs/1605.08803). A layer keeps one
// coordinate, and scales and shifts the other one by functions of it, which are a neural network:
//
//   y_kept = x_kept,  y_other = x_other exp(s(x_kept)) + t(x_kept),  log |det J| = s(x_kept)
//
// So the inverse and the Jacobian are as cheap as the layer, whatever the network is. Training
// maximises the mean log density of draws from the moons. Their own density is known: it is the
// best that a flow can reach on points that it has not seen.
//
// docs/flow.png is the picture of seed 0, after 23 s on one core.

#include <torch/distributions.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/command_line.h"
#include "support/image.h"
#include "support/numbers.h"
#include "support/panel.h"
#include "support/progress.h"

namespace {

namespace dist = torch::distributions;
namespace nn = torch::nn;
using example::Axis;
using example::Box;
using example::Colour;
using example::Image;
using example::numbers;
using example::Panel;
using torch::Tensor;

struct Options : example::CommonOptions {
  int64_t steps = 6000;
  int64_t points = 20'000;
  int64_t batch_size = 256;
  int64_t layers = 8;
  double learning_rate = 2e-3;
  std::string output = "flow.png";
};

/// Two half circles with normal noise. Many normal distributions along them are as good as a
/// continuum, and have an exact density.
dist::MixtureSameFamily two_moons(torch::Device device) {
  constexpr int64_t kParts = 200;
  constexpr double kNoise = 0.1;
  const Tensor angle = torch::linspace(0, std::numbers::pi, kParts, device);
  const Tensor upper = torch::stack({angle.cos(), angle.sin()}, -1);
  const Tensor lower = torch::stack({1 - angle.cos(), 0.5 - angle.sin()}, -1);
  return {dist::Categorical(torch::ones({2 * kParts}, device)),
          dist::Independent(dist::Normal(torch::cat({upper, lower}), kNoise), 1)};
}

// ---- The flow -----------------------------------------------------------------------------------

/// The coupling layer described above, for points of the plane.
class Coupling : public dist::ImplementsTransform<Coupling> {
 public:
  /// \param kept The coordinate that is kept, 0 or 1.
  /// \param network Maps it, [..., 1], to the log scale and the shift, [..., 2].
  Coupling(int64_t kept, const nn::Sequential& network) : kept_(kept), network_(network.ptr()) {}

  dist::ConstraintPtr domain() const override {
    return dist::constraints::independent(dist::constraints::real, 1);
  }
  dist::ConstraintPtr codomain() const override { return domain(); }
  bool bijective() const override { return true; }

 private:
  struct Affine {
    Tensor log_scale, shift;  // [..., 1]
  };

  Tensor kept(const Tensor& x) const { return x.narrow(-1, kept_, 1); }
  Tensor other(const Tensor& x) const { return x.narrow(-1, 1 - kept_, 1); }
  Tensor point(const Tensor& kept, const Tensor& other) const {
    return kept_ == 0 ? at::cat({kept, other}, -1) : at::cat({other, kept}, -1);
  }

  Affine affine(const Tensor& kept) const {
    const Tensor outputs = network_->forward(kept);
    // Bounded, so that no step of the optimiser makes a layer explode.
    return {.log_scale = 2 * (outputs.narrow(-1, 0, 1) / 2).tanh(),
            .shift = outputs.narrow(-1, 1, 1)};
  }

  Tensor do_forward(const Tensor& x) const override {
    const auto [log_scale, shift] = affine(kept(x));
    return point(kept(x), other(x) * log_scale.exp() + shift);
  }
  Tensor do_inverse(const Tensor& y) const override {
    return do_preimage(y, /*with_jacobian=*/false).x;
  }
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const override {
    return affine(kept(x)).log_scale.squeeze(-1);
  }
  /// What a density takes: the inverse and the Jacobian from one evaluation of the network. Every
  /// point has a preimage.
  Preimage do_preimage(const Tensor& y, bool /*with_jacobian*/) const override {
    const auto [log_scale, shift] = affine(kept(y));
    return {.x = point(kept(y), (other(y) - shift) * (-log_scale).exp()),
            .log_abs_det_jacobian = log_scale.squeeze(-1),
            .outside = {}};
  }

  int64_t kept_;
  std::shared_ptr<nn::SequentialImpl> network_;  // copies of the transform share it
};

struct FlowImpl : nn::Module {
  static constexpr int64_t kHidden = 64;

  /// The last transform has the mean and the scale of the data.
  FlowImpl(int64_t layers, const Tensor& data) : loc(data.mean(0)), scale(data.std(0)) {
    for (int64_t i = 0; i < layers; ++i) {
      nn::Linear last(kHidden, 2);
      // Zeros, so that each layer is the identity at first.
      nn::init::zeros_(last->weight);
      nn::init::zeros_(last->bias);
      nn::Sequential network(nn::Linear(1, kHidden), nn::SiLU(), nn::Linear(kHidden, kHidden),
                             nn::SiLU(), last);
      register_module("layer" + std::to_string(i), network);
      transforms.push_back(Coupling(i % 2, network));
    }
    transforms.push_back(dist::AffineTransform(loc, scale, /*event_dim=*/1));
  }

  dist::TransformedDistribution distribution() const {
    return {dist::Normal(torch::zeros_like(loc), 1.0), transforms};
  }

  Tensor loc, scale;
  std::vector<dist::TransformPtr> transforms;
};
TORCH_MODULE(Flow);

/// Mean log densities of points that the flow has not seen, in nats, after numbers of steps.
struct Curve {
  std::vector<double> steps, log_density;
};

Curve train(Flow& flow, const Tensor& points, const Tensor& unseen, const Options& options) {
  torch::optim::Adam optimizer(flow->parameters(), options.learning_rate);
  const auto third = static_cast<unsigned>(std::max<int64_t>(1, options.steps / 3));
  torch::optim::StepLR schedule(optimizer, third, /*gamma=*/0.3);
  example::Progress progress("step", options.steps);
  Curve curve;
  const auto evaluate = [&](int64_t step) {
    const torch::NoGradGuard no_grad;
    const double mean = flow->distribution().log_prob(unseen).mean().item<double>();
    curve.steps.push_back(static_cast<double>(step));
    curve.log_density.push_back(mean);
    progress.update(step, "log density of unseen points " + example::fixed(mean, 3));
  };
  evaluate(0);
  const int64_t shown = std::max<int64_t>(1, options.steps / 60);
  for (int64_t step = 1; step <= options.steps; ++step) {
    const Tensor batch =
        torch::randint(points.size(0), {options.batch_size}, points.options().dtype(torch::kLong));
    const Tensor loss = -flow->distribution().log_prob(points.index_select(0, batch)).mean();
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    schedule.step();
    if (step % shown == 0 || step == options.steps) evaluate(step);
  }
  return curve;
}

// ---- The picture --------------------------------------------------------------------------------

const Axis kX = Axis::of(-1.5, 2.5, 8), kY = Axis::of(-1.1, 1.6);
const std::vector<Colour> kHeat = {example::kWhite,           example::colour(0xfde3b0),
                                   example::colour(0xf59a3e), example::colour(0xcc3f4c),
                                   example::colour(0x6b1d6e), example::colour(0x1b0b38)};

/// The densities of points in the middle of the pixels of a panel, row by row from below.
struct Density {
  std::vector<double> values;
  size_t columns;
  double integral;  ///< over the panel
};

Density density_in(const Box& box, const dist::Distribution& distribution, torch::Device device) {
  const auto centres = [&](const Axis& axis, double pixels) {
    const double half = (axis.high - axis.low) / pixels / 2;
    return torch::linspace(axis.low + half, axis.high - half, std::lround(pixels), device);
  };
  const Tensor x = centres(kX, box.width()), y = centres(kY, box.height());
  const Tensor density = distribution.log_prob(example::grid(x, y)).exp();
  const double area = (kX.high - kX.low) * (kY.high - kY.low);
  return {.values = numbers(density),
          .columns = static_cast<size_t>(x.numel()),
          .integral = density.mean().item<double>() * area};
}

void draw_points(Image& image, const Panel& panel, const Tensor& points,
                 const std::vector<Colour>& colours) {
  const std::vector<double> x = numbers(points.select(-1, 0)), y = numbers(points.select(-1, 1));
  panel.clip();
  for (size_t i = 0; i < x.size(); ++i) {
    image.disc(panel.at(x[i], y[i]), 2.2, colours[i % colours.size()], 0.75);
  }
  panel.unclip();
}

/// One colour for each direction of points from the origin.
std::vector<Colour> colours_by_direction(const Tensor& points) {
  static const std::vector<Colour> kCircle = {example::colour(0x1f5fa8), example::colour(0x2e8b57),
                                              example::colour(0xe0a81f), example::colour(0xcc3f4c),
                                              example::colour(0x8a4fa3), example::colour(0x1f5fa8)};
  std::vector<Colour> colours;
  for (const double angle : numbers(torch::atan2(points.select(-1, 1), points.select(-1, 0)))) {
    colours.push_back(example::along(kCircle, 0.5 + angle / (2 * std::numbers::pi)));
  }
  return colours;
}

/// Draws the picture. Returns the integral of the flow's density, which ought to be 1.
double draw(const Flow& flow, const Tensor& unseen, const Curve& curve, double best,
            const std::string& path) {
  constexpr double kWidth = 760, kHeight = 513, kLeft = 70, kTop = 90, kGap = 135;
  Image image(static_cast<int>(2 * (kLeft + kWidth) + 40),
              static_cast<int>(kTop + 2 * kHeight + kGap + 65));
  const auto box = [&](int column, int row) -> Box {
    const double left = kLeft + column * (kWidth + kLeft), top = kTop + row * (kHeight + kGap);
    return {.left = left, .top = top, .right = left + kWidth, .bottom = top + kHeight};
  };
  const dist::TransformedDistribution distribution = flow->distribution();
  const int64_t shown = std::min<int64_t>(unseen.size(0), 4000);

  const Panel data(image, box(0, 0), kX, kY);
  draw_points(image, data, unseen.narrow(0, 0, shown), {example::grey(60)});
  data.draw_axes({.title = "Points that the flow has not seen", .x = "x1", .y = "x2"});

  const Panel heat(image, box(1, 0), kX, kY);
  const Density density = density_in(heat.box(), distribution, unseen.device());
  const double highest = *std::ranges::max_element(density.values);
  std::vector<Colour> colours;
  // The square root shows small densities as well.
  for (const double value : density.values) {
    colours.push_back(example::along(kHeat, std::sqrt(value / highest)));
  }
  heat.colour_map(colours, density.columns);
  heat.draw_axes({.title = "Density of the flow", .x = "x1", .y = "x2"});

  const Panel samples(image, box(0, 1), kX, kY);
  const Tensor drawn = distribution.sample({shown});
  const Tensor base = dist::ComposeTransform(flow->transforms).inv()(drawn);
  draw_points(image, samples, drawn, colours_by_direction(base));
  samples.draw_axes(
      {.title = "Samples, coloured by the direction of the normal draw", .x = "x1", .y = "x2"});

  const double lowest = *std::ranges::min_element(curve.log_density);
  const Panel learning(image, box(1, 1), Axis::of(0, curve.steps.back()),
                       Axis::around(lowest, best));
  learning.curve({0, curve.steps.back()}, {best, best}, 2, example::grey(120));
  image.text({.x = learning.box().right, .y = learning.y(best) - 10},
             "density that the points are drawn from: " + example::fixed(best, 3),
             {.size = 18, .colour = example::grey(90), .align = example::Align::kRight});
  learning.curve(curve.steps, curve.log_density, 3, example::colour(0xcc3f4c));
  learning.draw_axes(
      {.title = "Learning: " + example::fixed(curve.log_density.back(), 3) + " at the end",
       .x = "step",
       .y = "mean log density of unseen points (nats)"});
  image.write_png(path);
  return density.integral;
}

int run(Options options) {
  // For matrices this small, more threads only cost time.
  torch::set_num_threads(1);
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  double largest_gap = 0.05;  // nats
  if (options.brief) {
    options.steps = 300;
    largest_gap = 0.5;
  }

  const dist::MixtureSameFamily moons = two_moons(options.device);
  const Tensor points = moons.sample({options.points}), unseen = moons.sample({options.points / 2});
  Flow flow(options.layers, points);
  flow->to(options.device);
  const Curve curve = train(flow, points, unseen, options);

  const torch::NoGradGuard no_grad;
  const double best = moons.log_prob(unseen).mean().item<double>();
  const double integral = draw(flow, unseen, curve, best, options.output);
  const double reached = curve.log_density.back(), gap = best - reached;
  std::cout << "mean log density of " << unseen.size(0) << " unseen points: the flow "
            << example::fixed(reached, 3) << ", the density that they are drawn from "
            << example::fixed(best, 3) << " nats\n"
            << "integral of the flow's density over the picture: " << example::fixed(integral, 4)
            << '\n'
            << "wrote " << std::filesystem::absolute(options.output).string() << '\n';
  if (!(std::abs(integral - 1) < 0.01)) throw std::runtime_error("the density is not normalised");
  if (!(gap < largest_gap)) {
    throw std::runtime_error("the flow is " + example::fixed(gap, 3) +
                             " nats below the density that it should learn");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    Options options;
    example::CommandLine line("Fits a normalising flow to two moons.");
    options.add_to(line);
    line.add("steps", options.steps, "of the optimiser");
    line.add("points", options.points, "to learn from; half as many for the test");
    line.add("batch-size", options.batch_size, "points in a step");
    line.add("layers", options.layers, "of the flow");
    line.add("learning-rate", options.learning_rate, "of Adam; 0.3 of it after each third");
    line.add("output", options.output, "the picture to write (PNG)");
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
