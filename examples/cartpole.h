#pragma once

#include <torch/types.h>

#include <cstdint>
#include <numbers>

namespace example {

/// A batch of cart-poles. A pole is hinged to a cart, and a constant force to the left or to the
/// right has to keep it upright.
///
/// Equations of motion: A. G. Barto, R. S. Sutton and C. W. Anderson, "Neuronlike adaptive elements
/// that can solve difficult learning control problems", IEEE Transactions on Systems, Man, and
/// Cybernetics 13, 1983, 834-846, without friction. The constants, the Euler steps and the rules of
/// an episode are those of Gymnasium's CartPole-v1
/// (https://gymnasium.farama.org/environments/classic_control/cart_pole/). All four observations
/// start uniformly within 0.05 of zero. The reward is 1 a step. An episode ends if the cart is more
/// than 2.4 m from the middle or the pole more than 12 degrees from upright, and after 500 steps.
class CartPole {
 public:
  static constexpr int64_t kObservations = 4;  ///< position, velocity, angle, angular velocity
  static constexpr int64_t kActions = 2;       ///< 0 pushes to the left, 1 to the right
  static constexpr int64_t kMaxSteps = 500;
  static constexpr double kSolved = 475.0;  ///< Gymnasium's threshold for the mean of 100 returns

  CartPole(int64_t carts, torch::Device device) : carts_(carts), device_(device) { reset(); }

  /// Starts a new episode on every cart.
  void reset() {
    const auto options = torch::TensorOptions(torch::kFloat).device(device_);
    state_ = torch::empty({carts_, kObservations}, options).uniform_(-kStart, kStart);
    running_ = torch::ones({carts_}, options.dtype(torch::kBool));
    steps_ = 0;
  }

  /// The observations in SI units, of shape [carts, kObservations].
  const torch::Tensor& observations() const { return state_; }

  /// Whether a cart's episode is still running: bool, of shape [carts].
  const torch::Tensor& running() const { return running_; }

  /// Takes an action (0 or 1) on every cart and returns the rewards. Both have shape [carts]. A
  /// cart whose episode is over stands still, with a reward of 0.
  torch::Tensor step(const torch::Tensor& actions) {
    const auto state = state_.unbind(-1);
    const torch::Tensor &velocity = state[1], &angle = state[2], &spin = state[3];
    const torch::Tensor sine = angle.sin(), cosine = angle.cos();
    const torch::Tensor force = (2 * actions - 1) * kForce;
    const torch::Tensor push = (force + kPoleMoment * spin.square() * sine) / kMass;
    const torch::Tensor spin_rate =
        (kGravity * sine - push * cosine) /
        (kHalfLength * (4.0 / 3.0 - kPoleMass / kMass * cosine.square()));
    const torch::Tensor acceleration = push - kPoleMoment / kMass * spin_rate * cosine;
    const torch::Tensor rates = torch::stack({velocity, acceleration, spin, spin_rate}, -1);

    const torch::Tensor rewards = running_.to(state_.scalar_type());
    state_ = torch::addcmul(state_, rates, rewards.unsqueeze(-1), /*value=*/kTimeStep);
    ++steps_;
    running_ = running_ & (state_.select(-1, 0).abs() <= kMaxPosition) &
               (state_.select(-1, 2).abs() <= kMaxAngle) & (steps_ < kMaxSteps);
    return rewards;
  }

 private:
  static constexpr double kGravity = 9.8;     // m/s^2
  static constexpr double kPoleMass = 0.1;    // kg
  static constexpr double kMass = 1.1;        // kg, of cart and pole
  static constexpr double kHalfLength = 0.5;  // m, from the hinge to the pole's centre of mass
  static constexpr double kPoleMoment = kPoleMass * kHalfLength;
  static constexpr double kForce = 10.0;       // N
  static constexpr double kTimeStep = 0.02;    // s
  static constexpr double kMaxPosition = 2.4;  // m
  static constexpr double kMaxAngle = 12.0 * std::numbers::pi / 180.0;
  static constexpr double kStart = 0.05;

  int64_t carts_;
  torch::Device device_;
  torch::Tensor state_, running_;
  int64_t steps_ = 0;
};

}  // namespace example
