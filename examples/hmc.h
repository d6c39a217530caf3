#pragma once

#include <torch/autograd.h>
#include <torch/distributions.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <utility>
#include <vector>

namespace example {

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
  double step_size() const { return step_size_; }
  /// The mean probability with which the chains accepted the last move.
  double acceptance() const { return acceptance_; }

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

/// The split R-hat of each coordinate of draws [moves, chains, size], near 1 if the chains agree
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

}  // namespace example
