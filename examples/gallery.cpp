// Draws the distributions of the library: one picture of numbers, and one of vectors. Each panel
// shows the density and, behind it, a histogram of draws. The program also compares the two in
// numbers, and fails if a bin has more or fewer draws than chance explains.

#include <torch/distributions.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iostream>
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
using example::Axis;
using example::Box;
using example::Colour;
using example::grid;
using example::Image;
using example::numbers;
using example::Panel;
using example::Point;
using torch::Tensor;

struct Options : example::CommonOptions {
  int64_t draws = 1'000'000;
  std::string output = "gallery.png";
  std::string vectors = "gallery_vectors.png";
};

// ---- The distributions --------------------------------------------------------------------------

/// A distribution of numbers, shown between two numbers.
struct Univariate {
  std::string name, parameters;
  dist::DistributionPtr distribution;
  double low, high;
};

/// Distributions with supports of one kind.
struct Group {
  std::string support;
  Colour colour;
  std::vector<Univariate> members;
};

std::vector<Group> univariate() {
  using namespace dist;  // NOLINT(google-build-using-namespace)
  constexpr double kPi = std::numbers::pi;
  const auto probs = [](double p) { return ProbsOrLogits{.probs = p}; };
  return {
      {"real numbers",
       example::colour(0x1f5fa8),
       {{"Normal", "loc 0, scale 1", Normal(0, 1), -4, 4},
        {"Laplace", "loc 0, scale 1", Laplace(0, 1), -6, 6},
        {"Cauchy", "loc 0, scale 1", Cauchy(0, 1), -8, 8},
        {"StudentT", "df 3, loc 0, scale 1", StudentT(3, 0, 1), -6, 6},
        {"Gumbel", "loc 0, scale 1", Gumbel(0, 1), -3, 7},
        {"LogitRelaxedBernoulli", "temperature 0.5, probs 0.7",
         LogitRelaxedBernoulli(0.5, probs(0.7)), -12, 16}}},
      {"positive numbers",
       example::colour(0x2e8b57),
       {{"Exponential", "rate 1", Exponential(1), 0, 6},
        {"Gamma", "concentration 3, rate 1", Gamma(3, 1), 0, 10},
        {"Chi2", "df 4", Chi2(4), 0, 15},
        {"InverseGamma", "concentration 3, rate 2", InverseGamma(3, 2), 0, 4},
        {"LogNormal", "loc 0, scale 0.6", LogNormal(0, 0.6), 0, 5},
        {"HalfNormal", "scale 1", HalfNormal(1), 0, 4},
        {"HalfCauchy", "scale 1", HalfCauchy(1), 0, 8},
        {"Weibull", "scale 1, concentration 1.8", Weibull(1, 1.8), 0, 3},
        {"Pareto", "scale 1, alpha 3", Pareto(1, 3), 0, 5},
        {"GeneralizedPareto", "loc 0, scale 1, concentration 0.3", GeneralizedPareto(0, 1, 0.3), 0,
         8},
        {"FisherSnedecor", "df1 6, df2 10", FisherSnedecor(6, 10), 0, 5}}},
      {"intervals",
       example::colour(0x7b4fa3),
       {{"Uniform", "low -1, high 2", Uniform(-1, 2), -2, 3},
        {"Beta", "concentration1 2, concentration0 4", Beta(2, 4), 0, 1},
        {"Kumaraswamy", "concentration1 3, concentration0 2", Kumaraswamy(3, 2), 0, 1},
        {"ContinuousBernoulli", "probs 0.85", ContinuousBernoulli(0.85), 0, 1},
        {"RelaxedBernoulli", "temperature 0.6, probs 0.6", RelaxedBernoulli(0.6, probs(0.6)), 0, 1},
        {"VonMises", "loc 0.5, concentration 3", VonMises(0.5, 3), -kPi, kPi},
        {"TransformedDistribution", "tanh of Normal(0.3, 0.8)",
         TransformedDistribution(Normal(0.3, 0.8), {TanhTransform()}), -1, 1}}},
      {"counts",
       example::colour(0xc8641c),
       {{"Bernoulli", "probs 0.3", Bernoulli(0.3), 0, 1},
        {"Categorical", "probs 0.1, 0.4, 0.2, 0.3", Categorical({0.1, 0.4, 0.2, 0.3}), 0, 3},
        {"Binomial", "total_count 12, probs 0.4", Binomial(12, 0.4), 0, 12},
        {"Poisson", "rate 4", Poisson(4), 0, 12},
        {"Geometric", "probs 0.35", Geometric(0.35), 0, 10},
        {"NegativeBinomial", "total_count 4, probs 0.5", NegativeBinomial(4, 0.5), 0, 15}}}};
}

/// The midpoints of `count` parts of each of `bins` intervals, [bins, count], and the widths of
/// the parts. Parts near the ends are smaller, since densities may be infinite at the ends of
/// supports.
std::pair<Tensor, Tensor> parts(double low, double high, int64_t bins, int64_t count) {
  const double width = (high - low) / static_cast<double>(bins);
  const Tensor u = torch::linspace(0, 1, count + 1);
  const Tensor ends = width * u * u * (3 - 2 * u);
  const Tensor starts = low + width * torch::arange(bins).to(torch::kDouble).unsqueeze(-1);
  return {starts + (ends.slice(0, 1) + ends.slice(0, 0, -1)) / 2, ends.diff()};
}

/// How values of a distribution are shown in a plane.
struct Chart {
  Axis x, y;
  std::string x_label{}, y_label{};
  bool triangle = false;  ///< whether the corners of the simplex are drawn instead of axes
  /// The coordinates of values: [n, 2].
  std::function<Tensor(const Tensor& values)> coordinates;
  /// The density of the coordinates at points [n, 2].
  std::function<Tensor(const dist::Distribution& distribution, const Tensor& points)> density;
};

/// Vectors of two numbers, as they are.
Chart plane(const Axis& x, const Axis& y) {
  return {.x = x,
          .y = y,
          .x_label = "x1",
          .y_label = "x2",
          .coordinates = [](const Tensor& values) { return values; },
          .density = [](const dist::Distribution& distribution,
                        const Tensor& points) { return distribution.log_prob(points).exp(); }};
}

const double kTriangleHeight = std::sqrt(3.0) / 2;

/// Three probabilities as a point of a triangle of side 1.
Chart simplex() {
  return {.x = Axis::of(-0.04, 1.04),
          .y = Axis::of(-0.12, 0.96),
          .triangle = true,
          .coordinates =
              [](const Tensor& values) {
                const Tensor p2 = values.select(-1, 1), p3 = values.select(-1, 2);
                return torch::stack({p2 + p3 / 2, p3 * kTriangleHeight}, -1);
              },
          .density =
              [](const dist::Distribution& distribution, const Tensor& points) {
                const Tensor p3 = points.select(-1, 1) / kTriangleHeight;
                const Tensor p2 = points.select(-1, 0) - p3 / 2;
                const Tensor p = torch::stack({1 - p2 - p3, p2, p3}, -1);
                const Tensor density = distribution.log_prob(p).exp();
                // Densities are with respect to p1 and p2, which a triangle of area 1/2 holds.
                return torch::where((p > 0).all(-1), density / kTriangleHeight, 0.0);
              }};
}

/// Three log probabilities by their differences from the last. These have the Jacobian 1 with
/// respect to the measure of ExpRelaxedCategorical's density.
Chart log_odds(const Axis& x, const Axis& y) {
  return {.x = x,
          .y = y,
          .x_label = "x1 - x3",
          .y_label = "x2 - x3",
          .coordinates =
              [](const Tensor& values) { return values.slice(-1, 0, 2) - values.slice(-1, 2, 3); },
          .density =
              [](const dist::Distribution& distribution, const Tensor& points) {
                const Tensor odds = torch::constant_pad_nd(points, {0, 1}, 0.0);
                return distribution.log_prob(odds.log_softmax(-1)).exp();
              }};
}

/// The last row of the Cholesky factor of three correlations, in the unit disc.
Chart last_row() {
  return {.x = Axis::of(-1, 1),
          .y = Axis::of(-1, 1),
          .x_label = "L31",
          .y_label = "L32",
          .coordinates = [](const Tensor& values) { return values.select(-2, 2).slice(-1, 0, 2); },
          .density =
              [](const dist::Distribution& distribution, const Tensor& points) {
                // The density of L21, L31 and L32, integrated over L21.
                const auto [r, widths] = parts(-1, 1, 1, 64);
                const Tensor rest = 1 - points.square().sum(-1, true);
                const Tensor factor = torch::zeros({points.size(0), r.numel(), 3, 3});
                factor.select(-2, 0).select(-1, 0).fill_(1);
                factor.select(-2, 1).select(-1, 0).copy_(r);
                factor.select(-2, 1).select(-1, 1).copy_((1 - r * r).sqrt());
                factor.select(-2, 2).slice(-1, 0, 2).copy_(points.unsqueeze(1));
                factor.select(-2, 2).select(-1, 2).copy_(rest.clamp_min(1e-12).sqrt());
                const Tensor density = distribution.log_prob(factor.to(points.device())).exp();
                const Tensor integral = (density * widths.to(points.device())).sum(-1);
                return torch::where(rest.squeeze(-1) > 0, integral, 0.0);
              }};
}

/// The diagonal of a positive definite matrix of two rows.
Chart diagonal(const Axis& x, const Axis& y) {
  return {.x = x,
          .y = y,
          .x_label = "X11",
          .y_label = "X22",
          .coordinates = [](const Tensor& values) { return values.diagonal(0, -2, -1); },
          .density =
              [](const dist::Distribution& distribution, const Tensor& points) {
                // The density of X11, X12 and X22, integrated over X12.
                const auto [r, widths] = parts(-1, 1, 1, 64);
                const Tensor bound = points.clamp_min(1e-12).prod(-1, true).sqrt();
                const Tensor matrix =
                    torch::diag_embed(points.unsqueeze(1).expand({-1, r.numel(), -1}));
                const Tensor off_diagonal = bound * r.to(points.device());
                matrix.select(-2, 0).select(-1, 1).copy_(off_diagonal);
                matrix.select(-2, 1).select(-1, 0).copy_(off_diagonal);
                const Tensor density = distribution.log_prob(matrix).exp();
                return (density * widths.to(points.device())).sum(-1) * bound.squeeze(-1);
              }};
}

struct Bivariate {
  std::string name, parameters;
  dist::DistributionPtr distribution;
  Chart chart;
};

std::vector<Bivariate> bivariate() {
  using namespace dist;  // NOLINT(google-build-using-namespace)
  const Tensor covariance = torch::tensor({{1.0, 0.8}, {0.8, 1.5}});
  const Tensor locs = torch::tensor({{-1.5, -1.0}, {1.5, -0.5}, {0.0, 1.7}});
  const Tensor scales = torch::tensor(
      {{{0.5, 0.0}, {0.4, 0.6}}, {{0.6, 0.0}, {-0.5, 0.4}}, {{0.9, 0.0}, {0.0, 0.35}}});
  return {
      {"MultivariateNormal", "covariance 1, 0.8, 1.5",
       MultivariateNormal(torch::zeros({2}), {.covariance_matrix = covariance}),
       plane(Axis::of(-4, 4), Axis::of(-4, 4))},
      {"LowRankMultivariateNormal", "cov_factor 1.5, 1, cov_diag 0.3, 0.1",
       LowRankMultivariateNormal(torch::zeros({2}), torch::tensor({{1.5}, {1.0}}),
                                 torch::tensor({0.3, 0.1})),
       plane(Axis::of(-4, 4), Axis::of(-4, 4))},
      {"MixtureSameFamily", "of three MultivariateNormal",
       MixtureSameFamily(Categorical({0.4, 0.35, 0.25}),
                         MultivariateNormal(locs, {.scale_tril = scales})),
       plane(Axis::of(-4, 4), Axis::of(-4, 4))},
      {"Independent", "of Laplace, scales 1 and 0.6", Independent(Laplace({0, 0}, {1, 0.6}), 1),
       plane(Axis::of(-4, 4), Axis::of(-4, 4))},
      {"TransformedDistribution", "tanh of a MultivariateNormal",
       TransformedDistribution(
           MultivariateNormal(torch::zeros({2}), {.covariance_matrix = covariance}),
           {TanhTransform()}),
       plane(Axis::of(-1, 1), Axis::of(-1, 1))},
      {"Dirichlet", "concentration 4, 2, 3", Dirichlet({4, 2, 3}), simplex()},
      {"LogisticNormal", "loc 0.5, -0.5, scale 1, 1.5", LogisticNormal({0.5, -0.5}, {1, 1.5}),
       simplex()},
      {"RelaxedOneHotCategorical", "temperature 1, probs 0.5, 0.3, 0.2",
       RelaxedOneHotCategorical(1, {0.5, 0.3, 0.2}), simplex()},
      {"ExpRelaxedCategorical", "temperature 1, probs 0.5, 0.3, 0.2",
       ExpRelaxedCategorical(1, {0.5, 0.3, 0.2}), log_odds(Axis::of(-6, 6), Axis::of(-6, 6))},
      {"Multinomial", "total_count 10, probs 0.5, 0.3, 0.2", Multinomial(10, {0.5, 0.3, 0.2}),
       plane(Axis::of(-0.7, 10.7), Axis::of(-0.7, 10.7))},
      {"LKJCholesky", "dim 3, concentration 2: the last row", LKJCholesky(3, 2), last_row()},
      {"Wishart", "df 5, covariance 1, 0.8, 1.5: the diagonal",
       Wishart(5, {.covariance_matrix = covariance}), diagonal(Axis::of(0, 15), Axis::of(0, 20))},
  };
}

// ---- Comparing draws with densities -------------------------------------------------------------

/// The largest difference between a number of draws and its expectation, in standard errors.
class Deviation {
 public:
  void compare(double found, double expected, double draws) {
    constexpr double kEnough = 50;  // draws, for a number of them to be nearly normal
    if (!(expected >= kEnough)) return;
    const double variance = std::max(1.0, expected * (1 - expected / draws));
    worst_ = std::max(worst_, std::abs(found - expected) / std::sqrt(variance));
  }

  double worst() const { return worst_; }
  /// A panel has up to thousands of bins, of which some deviate by four standard errors.
  bool by_chance() const { return worst_ < 7; }

 private:
  double worst_ = 0;
};

// ---- Numbers ------------------------------------------------------------------------------------

constexpr double kTitleSize = 23, kTextSize = 18, kTickSize = 17;

void draw_title(Image& image, const Box& cell, const Panel& panel, const std::string& name,
                const std::string& parameters, Colour colour) {
  const double middle = (panel.box().left + panel.box().right) / 2;
  image.text(
      {.x = middle, .y = cell.top + 26}, name,
      {.size = kTitleSize, .bold = true, .colour = colour, .align = example::Align::kCentre});
  image.text({.x = middle, .y = cell.top + 49}, parameters,
             {.size = kTextSize, .colour = example::grey(70), .align = example::Align::kCentre});
}

/// A pale version of a colour.
Colour tint(Colour colour) { return example::mix(colour, example::kWhite, 0.62); }

/// Bars for the shares of draws, and the density as a curve.
Deviation draw_curve(Image& image, const Box& cell, const Box& box, const Univariate& shown,
                     Colour colour, int64_t draws) {
  constexpr int64_t kBins = 30, kParts = 64;
  const Tensor sample = shown.distribution->sample({draws});
  const auto total = static_cast<double>(draws);
  const double width = (shown.high - shown.low) / kBins;
  const std::vector<double> counts = numbers(torch::histc(sample, kBins, shown.low, shown.high));

  const auto density = [&](const Tensor& x) {
    return shown.distribution->log_prob(x.to(sample.device())).exp();
  };
  const auto [x, weights] = parts(shown.low, shown.high, kBins, kParts);
  const std::vector<double> masses = numbers((density(x).cpu() * weights).sum(-1));
  Deviation deviation;
  for (size_t i = 0; i < counts.size(); ++i) {
    deviation.compare(counts[i], total * masses[i], total);
  }

  const Tensor points = torch::linspace(shown.low, shown.high, 2 * std::lround(box.width()) + 1);
  const std::vector<double> curve = numbers(density(points));
  const double highest_bar = *std::ranges::max_element(counts) / total / width;
  // Room for the density, if it is not infinite.
  const double highest =
      1.06 * std::clamp(*std::ranges::max_element(curve), highest_bar, 1.4 * highest_bar);
  const Panel panel(image, box, Axis::of(shown.low, shown.high, 5), Axis::of(0, highest, 3));
  double left = shown.low;
  for (const double count : counts) {
    constexpr double kBar = 0.9;  // of the width of a bin
    panel.fill(left, 0, left + kBar * width, count / total / width, tint(colour));
    left += width;
  }
  panel.clip();
  panel.curve(numbers(points), curve, 3, colour);
  panel.unclip();
  panel.draw_x_axis(kTickSize);
  panel.draw_y_axis(kTickSize);
  draw_title(image, cell, panel, shown.name, shown.parameters, colour);
  return deviation;
}

/// Bars for the shares of draws, and a disc for each probability.
Deviation draw_discs(Image& image, const Box& cell, const Box& box, const Univariate& shown,
                     Colour colour, int64_t draws) {
  const Tensor sample = shown.distribution->sample({draws});
  const auto total = static_cast<double>(draws);
  const auto count = std::lround(shown.high - shown.low) + 1;
  const Tensor values = torch::linspace(shown.low, shown.high, count).to(sample.device());
  const std::vector<double> xs = numbers(values);
  const std::vector<double> probabilities = numbers(shown.distribution->log_prob(values).exp());
  const Axis x_axis =
      Axis::of(shown.low - 0.6, shown.high + 0.6, std::min(static_cast<double>(count + 1), 7.0));
  const Axis y_axis = Axis::of(0, 1.15 * *std::ranges::max_element(probabilities), 3);
  const Panel panel(image, box, x_axis, y_axis);
  constexpr double kBar = 0.42;  // half of its width
  Deviation deviation;
  for (size_t i = 0; i < xs.size(); ++i) {
    const double found = (sample == xs[i]).sum().item<double>();
    deviation.compare(found, total * probabilities[i], total);
    panel.fill(xs[i] - kBar, 0, xs[i] + kBar, found / total, tint(colour));
  }
  for (size_t i = 0; i < xs.size(); ++i) {
    image.disc(panel.at(xs[i], probabilities[i]), 6, colour);
  }
  panel.draw_x_axis(kTickSize);
  panel.draw_y_axis(kTickSize);
  draw_title(image, cell, panel, shown.name, shown.parameters, colour);
  return deviation;
}

// ---- Vectors ------------------------------------------------------------------------------------

/// The lines along which a function has the given value, between nodes of a grid. `z` holds the
/// values, one row after the other, and `at` the positions of nodes.
std::vector<std::pair<Point, Point>> contour(const std::vector<double>& z, size_t columns,
                                             double level,
                                             const std::function<Point(size_t, size_t)>& at) {
  std::vector<std::pair<Point, Point>> lines;
  const size_t rows = z.size() / columns;
  for (size_t row = 0; row + 1 < rows; ++row) {
    for (size_t column = 0; column + 1 < columns; ++column) {
      // The corners of a cell, in a circle.
      const std::pair<size_t, size_t> corners[] = {
          {row, column}, {row, column + 1}, {row + 1, column + 1}, {row + 1, column}};
      std::vector<Point> crossings;
      for (size_t i = 0; i < 4; ++i) {
        const auto [row_a, column_a] = corners[i];
        const auto [row_b, column_b] = corners[(i + 1) % 4];
        const double a = z[row_a * columns + column_a] - level;
        const double b = z[row_b * columns + column_b] - level;
        if ((a < 0) == (b < 0)) continue;
        const double share = std::isfinite(a) && std::isfinite(b) ? a / (a - b) : 0.5;
        const Point from = at(row_a, column_a), to = at(row_b, column_b);
        crossings.push_back(
            {.x = from.x + share * (to.x - from.x), .y = from.y + share * (to.y - from.y)});
      }
      for (size_t i = 1; i < crossings.size(); i += 2) {
        lines.emplace_back(crossings[i - 1], crossings[i]);
      }
    }
  }
  return lines;
}

void draw_frame(Image& image, const Panel& panel, const Chart& chart) {
  example::TextStyle style{
      .size = kTextSize, .colour = example::grey(70), .align = example::Align::kCentre};
  if (chart.triangle) {
    const Point one = panel.at(0, 0), two = panel.at(1, 0), three = panel.at(0.5, kTriangleHeight);
    image.lines({{one, two}, {two, three}, {three, one}}, 1.6, example::grey(90));
    image.text({.x = one.x + 8, .y = one.y + 22}, "x1 = 1", style);
    image.text({.x = two.x - 8, .y = two.y + 22}, "x2 = 1", style);
    image.text({.x = three.x + 42, .y = three.y + 6}, "x3 = 1", style);
    return;
  }
  panel.draw_x_axis(kTickSize);
  panel.draw_y_axis(kTickSize);
  image.text({.x = (panel.box().left + panel.box().right) / 2, .y = panel.box().bottom + 44},
             chart.x_label, style);
  style.align = example::Align::kLeft;
  image.text({.x = panel.box().left + 10, .y = panel.box().top + 14}, chart.y_label, style);
}

constexpr Colour kContour = example::colour(0xd1491c), kDarkest = example::colour(0x1f5fa8);

/// Squares for the numbers of draws, and lines around the smallest regions that hold 10, 30, 50,
/// 70 and 90 per cent of the distribution.
Deviation draw_contours(Image& image, const Panel& panel, const Bivariate& shown, int64_t draws) {
  constexpr int64_t kBins = 40, kParts = 8;
  const Chart& chart = shown.chart;
  const Tensor points = chart.coordinates(shown.distribution->sample({draws}));
  const auto total = static_cast<double>(draws);
  const auto density = [&](const Tensor& at) {
    return chart.density(*shown.distribution, at.to(points.device()).view({-1, 2}))
        .view(at.sizes().slice(0, at.dim() - 1))
        .cpu();
  };

  // The number of draws in each bin, [y, x], beside its expectation.
  const auto bin_of = [&](const Axis& axis, int64_t i) {
    return (points.select(-1, i) - axis.low) / (axis.high - axis.low) * kBins;
  };
  const Tensor column = bin_of(chart.x, 0), row = bin_of(chart.y, 1);
  const Tensor inside = (column >= 0) & (column < kBins) & (row >= 0) & (row < kBins);
  const Tensor bins = (row.floor() * kBins + column.floor()).index({inside}).to(torch::kLong);
  const Tensor counts = bins.bincount({}, kBins * kBins).cpu().view({kBins, kBins});
  const auto [x, x_weights] = parts(chart.x.low, chart.x.high, kBins, kParts);
  const auto [y, y_weights] = parts(chart.y.low, chart.y.high, kBins, kParts);
  const Tensor in_parts =
      density(grid(x.flatten(), y.flatten())).view({kBins, kParts, kBins, kParts});
  const Tensor masses = (in_parts * y_weights.unsqueeze(-1).unsqueeze(-1) * x_weights).sum({1, 3});
  // In a bin that an edge of the support crosses, a few points are too few for the integral.
  const Tensor smooth = in_parts.amax({1, 3}) < 3 * in_parts.amin({1, 3});
  const std::vector<double> found = numbers(counts);
  const std::vector<double> expected = numbers(torch::where(smooth, total * masses, 0.0));
  Deviation deviation;
  for (size_t i = 0; i < found.size(); ++i) deviation.compare(found[i], expected[i], total);

  const std::vector<double> highest = numbers(counts.to(torch::kDouble).quantile(0.998));
  std::vector<Colour> colours;
  for (const double count : found) {
    constexpr double kShades = 16;  // few, for a small file
    const double shade = std::sqrt(std::min(1.0, count / std::max(1.0, highest[0])));
    colours.push_back(
        example::mix(example::kWhite, kDarkest, 0.9 * std::round(kShades * shade) / kShades));
  }
  panel.colour_map(colours, kBins);

  constexpr int64_t kNodes = 241;
  const Tensor node_x = torch::linspace(chart.x.low, chart.x.high, kNodes);
  const Tensor node_y = torch::linspace(chart.y.low, chart.y.high, kNodes);
  const std::vector<double> z = numbers(density(grid(node_x, node_y)));
  constexpr int64_t kForLevels = 20'000;  // draws
  const Tensor at_draws = density(points.slice(0, 0, kForLevels));
  const std::vector<double> xs = numbers(node_x), ys = numbers(node_y);
  for (const double level : numbers(at_draws.quantile(torch::tensor({0.1, 0.3, 0.5, 0.7, 0.9})))) {
    image.lines(
        contour(z, kNodes, level, [&](size_t i, size_t j) { return panel.at(xs[j], ys[i]); }), 2.2,
        kContour);
  }
  return deviation;
}

/// Discs with areas that are the shares of draws, and rings for the probabilities.
Deviation draw_rings(Image& image, const Panel& panel, const Bivariate& shown, int64_t draws) {
  const Tensor sample = shown.distribution->sample({draws});
  const auto total = static_cast<double>(draws);
  const auto [values, inverse, counts] =
      at::unique_dim(sample, 0, /*sorted=*/true, /*return_inverse=*/false, /*return_counts=*/true);
  const Tensor coordinates = shown.chart.coordinates(values);
  const std::vector<double> x = numbers(coordinates.select(-1, 0));
  const std::vector<double> y = numbers(coordinates.select(-1, 1));
  const std::vector<double> found = numbers(counts);
  const std::vector<double> probabilities = numbers(shown.distribution->log_prob(values).exp());
  const double highest = *std::ranges::max_element(probabilities);
  Deviation deviation;
  for (size_t i = 0; i < found.size(); ++i) {
    const auto radius = [&](double p) { return 13 * std::sqrt(p / highest); };
    deviation.compare(found[i], total * probabilities[i], total);
    image.disc(panel.at(x[i], y[i]), radius(found[i] / total), tint(kDarkest));
    image.ring(panel.at(x[i], y[i]), radius(probabilities[i]), 2.2, kContour);
  }
  return deviation;
}

// ---- The pictures -------------------------------------------------------------------------------

/// A number with commas between thousands.
std::string with_commas(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t i = std::ssize(text) - 3; i > 0; i -= 3) text.insert(static_cast<size_t>(i), ",");
  return text;
}

/// Throws if the draws do not have the density.
void report(example::Progress& progress, int64_t panel, const std::string& name,
            const Deviation& deviation) {
  if (!deviation.by_chance()) {
    throw std::runtime_error(name + ": a number of draws is " +
                             example::fixed(deviation.worst(), 1) + " standard errors off");
  }
  progress.update(panel,
                  name + ": within " + example::fixed(deviation.worst(), 1) + " standard errors");
}

void draw_univariate(const Options& options) {
  constexpr int kColumns = 5;
  constexpr double kCellWidth = 376, kCellHeight = 262, kHeader = 64;
  const std::vector<Group> groups = univariate();
  int64_t count = 0;
  for (const Group& group : groups) count += std::ssize(group.members);
  const auto rows = static_cast<int>((count + kColumns - 1) / kColumns);
  Image image(static_cast<int>(kColumns * kCellWidth),
              static_cast<int>(kHeader + rows * kCellHeight));

  double x = 24;
  for (const Group& group : groups) {
    image.fill({.left = x, .top = 26, .right = x + 22, .bottom = 48}, tint(group.colour));
    image.fill({.left = x, .top = 26, .right = x + 22, .bottom = 30}, group.colour);
    x = 48 + image.text({.x = x + 32, .y = 45}, group.support,
                        {.size = kTitleSize, .bold = true, .colour = group.colour});
  }
  image.text(
      {.x = image.width() - 24.0, .y = 45},
      "bars: shares of " + with_commas(options.draws) + " draws; lines and points: exp(log_prob)",
      {.size = kTextSize, .colour = example::grey(70), .align = example::Align::kRight});

  example::Progress progress("distribution", count);
  int64_t panel = 0;
  for (const Group& group : groups) {
    for (const Univariate& member : group.members) {
      Univariate shown = member;
      shown.distribution = member.distribution->to(options.device);
      const double left = static_cast<double>(panel % kColumns) * kCellWidth;
      const double top = kHeader + static_cast<double>(panel / kColumns) * kCellHeight;
      const Box cell{
          .left = left, .top = top, .right = left + kCellWidth, .bottom = top + kCellHeight};
      const Box box{.left = left + 62, .top = top + 60, .right = left + 362, .bottom = top + 224};
      const auto draw = shown.distribution->support()->is_discrete() ? draw_discs : draw_curve;
      report(progress, ++panel, shown.name,
             draw(image, cell, box, shown, group.colour, options.draws));
    }
  }
  image.write_png(options.output);
}

void draw_bivariate(const Options& options) {
  constexpr int kColumns = 4;
  constexpr double kCellWidth = 410, kCellHeight = 436, kFooter = 50;
  const std::vector<Bivariate> all = bivariate();
  const auto count = std::ssize(all);
  const auto rows = static_cast<int>((count + kColumns - 1) / kColumns);
  Image image(static_cast<int>(kColumns * kCellWidth),
              static_cast<int>(rows * kCellHeight + kFooter));
  example::Progress progress("distribution", count);
  for (int64_t i = 0; i < count; ++i) {
    Bivariate shown = all[static_cast<size_t>(i)];
    shown.distribution = shown.distribution->to(options.device);
    const double left = static_cast<double>(i % kColumns) * kCellWidth;
    const double top = static_cast<double>(i / kColumns) * kCellHeight;
    const Box cell{
        .left = left, .top = top, .right = left + kCellWidth, .bottom = top + kCellHeight};
    const Box box{.left = left + 66, .top = top + 64, .right = left + 386, .bottom = top + 384};
    const Panel panel(image, box, shown.chart.x, shown.chart.y);
    const auto draw = shown.distribution->support()->is_discrete() ? draw_rings : draw_contours;
    const Deviation deviation = draw(image, panel, shown, options.draws);
    draw_frame(image, panel, shown.chart);
    draw_title(image, cell, panel, shown.name, shown.parameters, kDarkest);
    report(progress, i + 1, shown.name, deviation);
  }
  image.text(
      {.x = image.width() / 2.0, .y = rows * kCellHeight + 28},
      "blue: " + with_commas(options.draws) +
          " draws; lines: regions of the highest density with 10, 30, 50, 70 and 90 % of the "
          "mass; rings: probabilities",
      {.size = kTextSize, .colour = example::grey(70), .align = example::Align::kCentre});
  image.write_png(options.vectors);
}

int run(Options options) {
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  c10::set_default_dtype(caffe2::TypeMeta::Make<double>());
  if (options.brief) options.draws = 20'000;

  // Densities are evaluated outside of supports, too, where they are 0.
  const dist::ValidateArgsGuard off(false);
  draw_univariate(options);
  draw_bivariate(options);
  for (const std::string& path : {options.output, options.vectors}) {
    std::cout << "wrote " << std::filesystem::absolute(path).string() << '\n';
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    Options options;
    example::CommandLine line("Draws the densities of distributions and histograms of draws.");
    options.add_to(line);
    line.add("draws", options.draws, "of each distribution");
    line.add("output", options.output, "the picture of numbers to write (PNG)");
    line.add("vectors", options.vectors, "the picture of vectors to write (PNG)");
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
