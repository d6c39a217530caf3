// Hamiltonian Monte Carlo on Fisher's iris (examples/data/README.md). Do irises with longer sepals
// have wider ones? Over all flowers the correlation is negative. A hierarchical model describes the
// flowers of each species s by its own mean, scale and correlations of the four measurements f:
//
//   flowers    x_s  ~ MultivariateNormal(mean_s, diag(scale_s) L_s)
//   species    mean_sf ~ Normal(centre_f, spread_f), scale_sf ~ HalfNormal(1)
//              L_s  ~ LKJCholesky(4, 2), the Cholesky factor of the correlation matrix
//   all        centre_f ~ Normal(3, 3), spread_f ~ HalfNormal(3)
//
// These are 50 parameters, of which some are positive and some form correlation matrices. The
// sampler moves without such constraints: `biject_to` maps a vector u of 50 real numbers to the
// parameters, and the density of u is that of the parameters times |det J|.
//
// The program fails unless the chains agree: the split R-hat of every parameter must be below 1.01.
// docs/hmc.png is the picture of seed 0, after 19 s on one core.

#include <torch/distributions.h>
#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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
using example::Image;
using example::numbers;
using example::Panel;
using example::Point;
using torch::Tensor;

constexpr int64_t kSpecies = 3, kMeasurements = 4;
const std::array<std::string, kSpecies> kSpeciesNames = {"setosa", "versicolor", "virginica"};
const std::array<std::string, kMeasurements> kMeasurementNames = {"sepal length", "sepal width",
                                                                  "petal length", "petal width"};

struct Options : example::CommonOptions {
  int64_t chains = 4;
  int64_t warm_up = 1000;
  int64_t moves = 2000;
  std::string data = EXAMPLE_DATA_DIR "/iris.csv";
  std::string output = "hmc.png";
};

/// The measurements in cm, [kSpecies, flowers, kMeasurements].
Tensor load(const std::string& path, torch::Device device) {
  const Tensor rows = example::read_table(path, kMeasurements + 1, /*heading=*/1).to(device);
  std::vector<Tensor> flowers;
  for (int64_t species = 0; species < kSpecies; ++species) {
    const Tensor found = rows.index({rows.select(-1, kMeasurements) == species});
    flowers.push_back(found.narrow(-1, 0, kMeasurements));
  }
  return torch::stack(flowers);
}

// ---- The model ----------------------------------------------------------------------------------

struct Parameters {
  Tensor centre, spread;  // [..., kMeasurements]
  Tensor mean, scale;     // [..., kSpecies, kMeasurements]
  Tensor factor;          // [..., kSpecies, kMeasurements, kMeasurements]

  /// The Cholesky factors of the species' covariances.
  Tensor scale_tril() const { return scale.unsqueeze(-1) * factor; }
  Tensor correlations() const { return factor.matmul(factor.mT()); }
};

class Model {
 public:
  explicit Model(Tensor flowers) : flowers_(std::move(flowers)) {}

  /// The number of coordinates of u.
  int64_t size() const { return space_.size(); }

  /// The parameters at u, [..., size].
  Parameters parameters(const Tensor& u) const { return named(space_.at(u).parameters); }

  /// log p(u, flowers), the density of the posterior at u up to a constant: [...].
  Tensor log_density(const Tensor& u) const {
    const auto [values, log_det] = space_.at(u);
    const Parameters p = named(values);
    const dist::MultivariateNormal flowers(p.mean.unsqueeze(-2),
                                           {.scale_tril = p.scale_tril().unsqueeze(-3)});
    return flowers.log_prob(flowers_).sum({-1, -2}) +
           dist::Normal(p.centre.unsqueeze(-2), p.spread.unsqueeze(-2))
               .log_prob(p.mean)
               .sum({-1, -2}) +
           dist::HalfNormal(1.0).log_prob(p.scale).sum({-1, -2}) +
           dist::LKJCholesky(kMeasurements, 2.0).log_prob(p.factor).sum(-1) +
           dist::Normal(3.0, 3.0).log_prob(p.centre).sum(-1) +
           dist::HalfNormal(3.0).log_prob(p.spread).sum(-1) + log_det;
  }

 private:
  static Parameters named(const std::vector<Tensor>& values) {
    return {.centre = values[0],
            .spread = values[1],
            .mean = values[2],
            .scale = values[3],
            .factor = values[4]};
  }

  Tensor flowers_;
  example::ParameterSpace space_{{
      {dist::constraints::real, {kMeasurements}},
      {dist::constraints::positive, {kMeasurements}},
      {dist::constraints::real, {kSpecies, kMeasurements}},
      {dist::constraints::positive, {kSpecies, kMeasurements}},
      {dist::constraints::corr_cholesky, {kSpecies, kMeasurements, kMeasurements}},
  }};
};

// ---- What the chains say ------------------------------------------------------------------------

/// The draws of a number, [moves, chains].
struct Quantity {
  std::string kind, of;
  Tensor draws;
  double r_hat = example::split_r_hat(draws).nan_to_num(INFINITY).item<double>();
};

/// Quantities of one kind, such as all means.
using Kind = std::vector<Quantity>;

/// All parameters as numbers. A correlation matrix counts as the numbers below its diagonal.
std::vector<Kind> quantities(const Parameters& p) {
  std::vector<Kind> kinds(5);
  const Tensor correlations = p.correlations();
  for (int64_t f = 0; f < kMeasurements; ++f) {
    const std::string& measurement = kMeasurementNames[static_cast<size_t>(f)];
    kinds[0].push_back({"centre", measurement, p.centre.select(-1, f)});
    kinds[1].push_back({"spread", measurement, p.spread.select(-1, f)});
    for (int64_t s = 0; s < kSpecies; ++s) {
      const std::string of = measurement + ", " + kSpeciesNames[static_cast<size_t>(s)];
      kinds[2].push_back({"mean", of, p.mean.select(-2, s).select(-1, f)});
      kinds[3].push_back({"scale", of, p.scale.select(-2, s).select(-1, f)});
      for (int64_t g = 0; g < f; ++g) {
        kinds[4].push_back({"correlation", kMeasurementNames[static_cast<size_t>(g)] + " and " + of,
                            correlations.select(-3, s).select(-2, f).select(-1, g)});
      }
    }
  }
  return kinds;
}

const Quantity& worst(const Kind& kind) {
  return *std::ranges::max_element(kind, {}, &Quantity::r_hat);
}

/// The correlations of measurements, regardless of the species: [kMeasurements, kMeasurements].
Tensor pooled_correlations(const Tensor& flowers) { return flowers.flatten(0, 1).mT().corrcoef(); }

void print_correlations(const Tensor& correlations, double pooled) {
  std::cout << "\ncorrelation of sepal length and width\n"
            << "  all flowers " << std::setw(6) << example::fixed(pooled, 2) << '\n';
  for (int64_t s = 0; s < kSpecies; ++s) {
    const Tensor draws = correlations.select(-3, s).select(-2, 1).select(-1, 0).flatten();
    const std::vector<double> ends =
        numbers(draws.quantile(torch::tensor({0.05, 0.95}, draws.options())));
    std::cout << "  " << std::left << std::setw(12) << kSpeciesNames[static_cast<size_t>(s)]
              << std::right << std::setw(6) << example::fixed(draws.mean().item<double>(), 2)
              << "   between " << example::fixed(ends[0], 2) << " and "
              << example::fixed(ends[1], 2) << " with probability 0.9\n";
  }
}

// ---- The picture --------------------------------------------------------------------------------

constexpr std::array kSpeciesColours = {example::colour(0x1f5fa8), example::colour(0xe07b1f),
                                        example::colour(0x2e8b57)};
constexpr std::array kChainColours = {example::colour(0x1f5fa8), example::colour(0xe07b1f),
                                      example::colour(0x2e8b57), example::colour(0x8a4fa3)};
constexpr Colour kPooledColour = example::grey(60);

/// The ellipse that holds 90 % of a normal distribution in the plane.
std::vector<std::pair<Point, Point>> ellipse(const Panel& panel, const Tensor& mean,
                                             const Tensor& scale_tril) {
  const double radius = std::sqrt(-2 * std::log(0.1));
  const Tensor angle = torch::linspace(0, 2 * std::numbers::pi, 91);
  const Tensor circle = radius * torch::stack({angle.cos(), angle.sin()}, -1);
  const Tensor points = mean + circle.matmul(scale_tril.mT());
  const std::vector<double> x = numbers(points.select(-1, 0)), y = numbers(points.select(-1, 1));
  std::vector<std::pair<Point, Point>> ends;
  for (size_t i = 1; i < x.size(); ++i) {
    ends.emplace_back(panel.at(x[i - 1], y[i - 1]), panel.at(x[i], y[i]));
  }
  return ends;
}

/// The flowers, and ellipses for some draws from the posterior. `p` has the draws in one dimension.
void draw_flowers(Image& image, const Tensor& flowers, const Parameters& p) {
  const Panel panel(image, {.left = 80, .top = 100, .right = 820, .bottom = 560}, Axis::of(4, 8.5),
                    Axis::of(1.8, 4.8));
  panel.draw_axes({.title = "150 irises, and regions that hold 90 % of a species",
                   .x = "sepal length (cm)",
                   .y = "sepal width (cm)"});
  panel.clip();
  // The first two rows of a Cholesky factor are that of the first two measurements.
  const Tensor scale_tril = p.scale_tril().narrow(-2, 0, 2).narrow(-1, 0, 2).cpu();
  const Tensor mean = p.mean.narrow(-1, 0, 2).cpu();
  constexpr int64_t kEllipses = 40;
  const int64_t step = std::max<int64_t>(1, mean.size(0) / kEllipses);
  for (int64_t s = 0; s < kSpecies; ++s) {
    const Colour colour = kSpeciesColours[static_cast<size_t>(s)];
    for (int64_t i = 0; i < mean.size(0); i += step) {
      image.lines(ellipse(panel, mean[i][s], scale_tril[i][s]), 1.4, colour, 0.25);
    }
    const Tensor sepals = flowers[s].narrow(-1, 0, 2);
    // Measurements are rounded to millimetres. Noise separates equal ones.
    const Tensor shown = sepals.cpu() + 0.06 * (torch::rand(sepals.sizes()) - 0.5);
    const std::vector<double> x = numbers(shown.select(-1, 0)), y = numbers(shown.select(-1, 1));
    for (size_t i = 0; i < x.size(); ++i) image.disc(panel.at(x[i], y[i]), 4.5, colour, 0.85);
  }
  const Tensor all = flowers.flatten(0, 1).narrow(-1, 0, 2).cpu();
  image.lines(ellipse(panel, all.mean(0), torch::linalg_cholesky(all.mT().cov())), 2.2,
              kPooledColour);
  panel.unclip();

  double y = panel.box().top + 18;
  const auto key = [&](const std::string& name, Colour colour) {
    image.fill({.left = panel.box().right - 150,
                .top = y - 13,
                .right = panel.box().right - 130,
                .bottom = y},
               colour);
    image.text({.x = panel.box().right - 120, .y = y}, name, {.size = 18});
    y += 26;
  };
  for (size_t s = 0; s < kSpeciesNames.size(); ++s) key(kSpeciesNames[s], kSpeciesColours[s]);
  key("all flowers", kPooledColour);
}

/// The posteriors of all correlations, and the correlations over all flowers.
void draw_correlations(Image& image, const Tensor& correlations, const Tensor& pooled) {
  constexpr int64_t kPairs = kMeasurements * (kMeasurements - 1) / 2;
  // Upside down, so that the first pair is at the top.
  const Axis rows{.low = static_cast<double>(kPairs), .high = 0, .step = 1};
  const Axis range = Axis::of(-0.6, 1);
  const Panel panel(image, {.left = 1010, .top = 100, .right = 1660, .bottom = 560}, range, rows);
  panel.draw_x_axis(17);
  image.text({.x = 860, .y = panel.box().top - 38}, "Posterior densities of correlations",
             {.size = 22, .bold = true});
  image.text({.x = (panel.box().left + panel.box().right) / 2, .y = panel.box().bottom + 45},
             "correlation (black lines: of all flowers)",
             {.size = 18, .colour = example::grey(90), .align = example::Align::kCentre});
  const double zero = panel.x(0);
  image.lines({{{zero, panel.box().top}, {zero, panel.box().bottom}}}, 1.4, example::grey(200));

  const Tensor points =
      torch::linspace(range.low, range.high, std::lround(panel.box().width()) + 1);
  const std::vector<double> x = numbers(points);
  double row = 0;
  for (int64_t f = 1; f < kMeasurements; ++f) {
    for (int64_t g = 0; g < f; ++g) {
      const double base = row + 0.95;
      for (int64_t s = 0; s < kSpecies; ++s) {
        const Tensor draws = correlations.select(-3, s).select(-2, f).select(-1, g).cpu();
        constexpr double kHighest = 10;  // the density at the top of a row
        const Tensor density = example::kernel_density(draws, points) / kHighest;
        const std::vector<double> y = numbers(base - 0.9 * density);
        const Colour colour = kSpeciesColours[static_cast<size_t>(s)];
        for (size_t i = 1; i < x.size(); ++i) {
          image.fill({.left = panel.x(x[i - 1]),
                      .top = panel.y(y[i]),
                      .right = panel.x(x[i]),
                      .bottom = panel.y(base)},
                     colour, 0.25);
        }
        panel.curve(x, y, 1.8, colour);
      }
      const double at = panel.x(pooled[f][g].item<double>());
      image.lines({{{at, panel.y(row + 0.35)}, {at, panel.y(base)}}}, 3.5, kPooledColour);
      const double middle = panel.y(row + 0.5);
      const example::TextStyle style{.size = 17, .align = example::Align::kRight};
      image.text({.x = panel.box().left - 12, .y = middle},
                 kMeasurementNames[static_cast<size_t>(g)], style);
      image.text({.x = panel.box().left - 12, .y = middle + 20},
                 kMeasurementNames[static_cast<size_t>(f)], style);
      ++row;
    }
  }
}

/// The path of each chain through the values of a parameter, in the first moves.
void draw_trace(Image& image, const Box& box, const Quantity& quantity) {
  const Tensor draws = quantity.draws.slice(0, 0, 500);
  const std::vector<double> ends = numbers(torch::stack({draws.min(), draws.max()}));
  const Tensor time = torch::arange(draws.size(0)).to(torch::kDouble);
  const Panel panel(image, box, Axis::of(0, static_cast<double>(draws.size(0)), 4),
                    Axis::around(ends[0], ends[1], 4));
  for (int64_t chain = 0; chain < draws.size(1); ++chain) {
    panel.curve(numbers(time), numbers(draws.select(1, chain)), 0.6,
                kChainColours[static_cast<size_t>(chain) % kChainColours.size()]);
  }
  panel.draw_axes({.title = "", .x = "move", .y = ""});
  image.text({.x = box.left, .y = box.top - 36},
             quantity.kind + ": R-hat " + example::fixed(quantity.r_hat, 4),
             {.size = 18, .bold = true});
  image.text({.x = box.left, .y = box.top - 12}, quantity.of,
             {.size = 17, .colour = example::grey(90)});
}

void draw(const Model& model, const Tensor& draws, const Tensor& flowers,
          const std::vector<Kind>& kinds, const std::string& path) {
  Image image(1720, 1060);
  const Parameters p = model.parameters(draws.flatten(0, 1));
  draw_flowers(image, flowers, p);
  draw_correlations(image, p.correlations(), pooled_correlations(flowers));
  constexpr double kCell = 425;
  image.text({.x = 80, .y = 660}, "Traces of four parameters that mix the least: four chains",
             {.size = 22, .bold = true});
  // The centres are beside the spreads, and mix alike.
  for (size_t i = 1; i < kinds.size(); ++i) {
    const double left = static_cast<double>(i - 1) * kCell;
    draw_trace(image, {.left = left + 80, .top = 750, .right = left + 400, .bottom = 990},
               worst(kinds[i]));
  }
  image.write_png(path);
}

// ---- The program --------------------------------------------------------------------------------

int run(Options options) {
  // For tensors this small, more threads only cost time.
  torch::set_num_threads(1);
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  c10::set_default_dtype(caffe2::TypeMeta::Make<double>());
  double limit = 1.01;
  if (options.brief) {
    options.warm_up = 300;
    options.moves = 200;
    limit = 1.1;
  }

  const Tensor flowers = load(options.data, options.device);
  const Model model(flowers);
  // Positions of trajectories may have no density, which is a refused move and no error.
  const dist::ValidateArgsGuard off(false);
  // The chains start far from each other, so that they show whether they forget the start.
  const Tensor start = torch::empty({options.chains, model.size()}, options.device).uniform_(-1, 1);
  example::HamiltonianMonteCarlo sampler([&](const Tensor& u) { return model.log_density(u); },
                                         start);
  const Tensor draws = sampler.draw("posterior", options.warm_up, options.moves);

  const torch::NoGradGuard no_grad;
  const Parameters p = model.parameters(draws);
  const std::vector<Kind> kinds = quantities(p);
  size_t count = 0;
  for (const Kind& kind : kinds) count += kind.size();
  const Quantity& last = worst(
      *std::ranges::max_element(kinds, {}, [](const Kind& kind) { return worst(kind).r_hat; }));
  print_correlations(p.correlations(), pooled_correlations(flowers)[1][0].item<double>());
  std::cout << "\nlargest split R-hat of " << count
            << " parameters: " << example::fixed(last.r_hat, 4) << " (" << last.kind << " of "
            << last.of << ")\n";
  draw(model, draws, flowers, kinds, options.output);
  std::cout << "wrote " << std::filesystem::absolute(options.output).string() << '\n';
  if (!(last.r_hat < limit)) {
    throw std::runtime_error("the chains do not agree: that takes an R-hat below " +
                             example::fixed(limit, 2));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    Options options;
    example::CommandLine line("Samples the posterior of a hierarchical model of irises.");
    options.add_to(line);
    line.add("chains", options.chains, "of the sampler, which move at once");
    line.add("warm-up", options.warm_up, "moves in which the sampler adapts");
    line.add("moves", options.moves, "moves after these");
    line.add("data", options.data, "the irises: four measurements and the species a line");
    line.add("output", options.output, "the picture to write (PNG)");
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
