#pragma once

#include <torch/autograd.h>
#include <torch/distributions.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "support/progress.h"

namespace example {

/// The parameters of a model as one vector u of real numbers, the space in which a sampler moves.
/// `biject_to` maps each part of u to the set of a parameter, such as the positive numbers.
class ParameterSpace {
 public:
  using Tensor = torch::Tensor;

  struct Parameter {
    torch::distributions::ConstraintPtr set;
    std::vector<int64_t> shape;
  };

  explicit ParameterSpace(const std::vector<Parameter>& parameters) {
    for (const auto& [set, shape] : parameters) {
      maps_.push_back(torch::distributions::biject_to(*set));
      shapes_.push_back(maps_.back()->inverse_shape(shape));
      sizes_.push_back(c10::multiply_integers(shapes_.back()));
    }
  }

  /// The number of coordinates of u.
  int64_t size() const { return c10::sum_integers(sizes_); }

  struct Point {
    std::vector<Tensor> parameters;
    Tensor log_abs_det_jacobian;  ///< what the density of u has beside that of the parameters
  };

  /// The parameters at u, [..., size].
  Point at(const Tensor& u) const {
    const auto with_batch = [&](const std::vector<int64_t>& shape) {
      std::vector<int64_t> result = u.sizes().slice(0, u.sizes().size() - 1).vec();
      result.insert(result.end(), shape.begin(), shape.end());
      return result;
    };
    Point point{.parameters = {}, .log_abs_det_jacobian = torch::zeros({}, u.options())};
    const std::vector<Tensor> parts = u.split_with_sizes(sizes_, -1);
    for (size_t i = 0; i < parts.size(); ++i) {
      const Tensor x = parts[i].reshape(with_batch(shapes_[i]));
      const Tensor y = maps_[i](x);
      const Tensor log_det = maps_[i]->log_abs_det_jacobian(x, y);
      point.parameters.push_back(y);
      point.log_abs_det_jacobian =
          point.log_abs_det_jacobian + log_det.reshape(with_batch({-1})).sum(-1);
    }
    return point;
  }

 private:
  std::vector<torch::distributions::TransformPtr> maps_;
  std::vector<std::vector<int64_t>> shapes_;  // of the parts of u
  std::vector<int64_t> sizes_;
};

/// Hamiltonian Monte Carlo: draws from a density on a vector space of which only the logarithm and
/// its gradient are known (R. M. Neal, "MCMC using Hamiltonian dynamics", 2011,
/// https://arxiv.org/abs/1206.1901). A batch of independent chains moves at once. While it adapts,
/// it learns the scale of each coordinate, and the step size by dual averaging (M. D. Hoffman and
/// A. Gelman, "The No-U-Turn Sampler", 2014, https://arxiv.org/abs/1111.4246).
class HamiltonianMonteCarlo {
 public:
  using Tensor = torch::Tensor;
  /// Maps positions, [chains, size], to the logarithms of their densities up to a constant.
  using LogDensity = std::function<Tensor(const Tensor&)>;

  HamiltonianMonteCarlo(LogDensity log_density, const Tensor& start)
      : log_density_(std::move(log_density)), scale_(torch::ones_like(start[0])) {
    state_ = evaluate(start);
  }

  /// The positions of the chains, [chains, size].
  const Tensor& position() const { return state_.position; }

  /// Adapts in `warm_up` moves, and then draws: the positions after `moves` more, [moves, chains,
  /// size]. Shows the progress of the sampler under a name.
  Tensor draw(const std::string& name, int64_t warm_up, int64_t moves) {
    Progress progress(name + ": move", warm_up + moves);
    std::vector<Tensor> draws;
    for (int64_t i = 1; i <= warm_up + moves; ++i) {
      if (i <= warm_up) {
        adapt(i, warm_up);
      } else {
        move();
        draws.push_back(position());
      }
      constexpr int64_t kShown = 50;
      if (i % kShown == 0) {
        progress.update(i, "acceptance " + fixed(acceptance_, 2) + "  step size " +
                               fixed(step_size_, 3) + (i <= warm_up ? "  adapting" : ""));
      }
    }
    return torch::stack(draws);
  }

  /// Moves each chain along a trajectory, whose end it accepts or refuses.
  void move() {
    const torch::distributions::Normal momenta(torch::zeros_like(state_.position), 1.0);
    Tensor momentum = momenta.sample();
    const auto energy = [&](const State& state) {
      return -state.log_density - momenta.log_prob(momentum).sum(-1);
    };
    // A quarter of an oscillation in a normal density, on average.
    constexpr double kLength = std::numbers::pi / 2;
    constexpr int64_t kMostSteps = 30;
    const double length = kLength * (0.5 + torch::rand({}).item<double>());
    const int64_t steps = std::clamp<int64_t>(std::lround(length / step_size_), 1, kMostSteps);

    State state = state_;
    const Tensor before = energy(state);
    for (int64_t i = 0; i < steps; ++i) {
      momentum = momentum + step_size_ / 2 * scale_ * state.gradient;
      state = evaluate(state.position + step_size_ * scale_ * momentum);
      momentum = momentum + step_size_ / 2 * scale_ * state.gradient;
    }
    const Tensor change = before - energy(state);
    const Tensor probability =
        torch::where(change.isfinite(), change.clamp_max(0).exp(), torch::zeros_like(change));
    const Tensor accepted = torch::rand_like(probability) < probability;
    const Tensor accepted_vector = accepted.unsqueeze(-1);
    state_ = {.position = torch::where(accepted_vector, state.position, state_.position),
              .log_density = torch::where(accepted, state.log_density, state_.log_density),
              .gradient = torch::where(accepted_vector, state.gradient, state_.gradient)};
    acceptance_ = probability.mean().item<double>();
  }

  /// Move `i` of `count` in which the sampler adapts. They come before all others.
  void adapt(int64_t i, int64_t count) {
    move();
    average_step_size();
    // Windows end at 1/8, 1/4, 1/2 and 3/4 of the moves.
    window_.push_back(state_.position);
    if (8 * i == count || 4 * i == count || 2 * i == count || 4 * i == 3 * count) {
      const Tensor draws = torch::stack(window_).flatten(0, 1);
      constexpr double kTiny = 1e-3;
      scale_ = draws.std(0) + kTiny;
      window_.clear();
      averaging_ = {.centre = std::log(step_size_) + kBolder};
    }
    if (i == count) step_size_ = std::exp(averaging_.mean_log);
  }

 private:
  struct State {
    Tensor position, log_density, gradient;
  };

  static constexpr double kBolder = 1.0;  // first guesses are this much above the last, in logs

  /// The variables of algorithm 5 of Hoffman and Gelman: mu, H-bar, log epsilon-bar and m.
  struct Averaging {
    double centre, mean_error = 0, mean_log = 0;
    int64_t count = 0;
  };

  State evaluate(const Tensor& position) const {
    const Tensor x = position.detach().requires_grad_();
    const Tensor log_density = log_density_(x);
    const Tensor gradient = torch::autograd::grad({log_density.sum()}, {x})[0];
    return {.position = x.detach(), .log_density = log_density.detach(), .gradient = gradient};
  }

  void average_step_size() {
    constexpr double kTarget = 0.8, kGamma = 0.05, kDelay = 10, kKappa = 0.75;
    const auto m = static_cast<double>(++averaging_.count);
    averaging_.mean_error += (kTarget - acceptance_ - averaging_.mean_error) / (m + kDelay);
    const double log_step = averaging_.centre - std::sqrt(m) / kGamma * averaging_.mean_error;
    averaging_.mean_log += std::pow(m, -kKappa) * (log_step - averaging_.mean_log);
    step_size_ = std::exp(log_step);
  }

  LogDensity log_density_;
  State state_;
  Tensor scale_;
  double step_size_ = 0.1, acceptance_ = 0;
  Averaging averaging_{.centre = std::log(step_size_) + kBolder};
  std::vector<Tensor> window_;
};

/// The split R-hat of draws [moves, chains, ...], near 1 if the chains agree
/// (A. Gelman et al., "Bayesian Data Analysis", 3rd edition, 2013, 11.4).
inline torch::Tensor split_r_hat(const torch::Tensor& draws) {
  const int64_t half = draws.size(0) / 2;
  const torch::Tensor halves =
      torch::cat({draws.narrow(0, 0, half), draws.narrow(0, half, half)}, 1);
  const torch::Tensor within = halves.var(0).mean(0);
  const torch::Tensor between = halves.mean(0).var(0);
  const auto n = static_cast<double>(half);
  return (((n - 1) / n * within + between) / within).sqrt();
}

/// The density that draws [draws] seem to have, at points [points], by Gaussian kernels.
inline torch::Tensor kernel_density(const torch::Tensor& draws, const torch::Tensor& points) {
  const double width =
      1.06 * draws.std().item<double>() * std::pow(static_cast<double>(draws.numel()), -0.2);
  return torch::distributions::Normal(draws, width).log_prob(points.unsqueeze(-1)).exp().mean(-1);
}

}  // namespace example
