#pragma once

#include <torch/types.h>

#include <cstdint>
#include <numbers>

namespace example {

/// A batch of pendulums. A motor at the hinge, too weak to lift the rod directly, has to swing it
/// up and hold it upright.
///
/// The equations of motion, the constants, the semi-implicit Euler steps and the rewards are those
/// of Gymnasium's Pendulum-v1
/// (https://gymnasium.farama.org/environments/classic_control/pendulum/). An episode starts at any
/// angle with a small speed. A step costs angle^2 + 0.1 speed^2 + 0.001 torque^2. The episode is
/// cut off after 200 steps.
class Pendulum {
 public:
  static constexpr int64_t kObservations = 3;  ///< cosine and sine of the angle, angular velocity
  static constexpr int64_t kActions = 1;       ///< the torque
  static constexpr int64_t kSteps = 200;
  static constexpr double kMaxTorque = 2.0;  ///< N m, in either direction
  static constexpr double kMaxSpeed = 8.0;   ///< rad/s
  /// The largest cost of a step: hanging down at full speed under full torque.
  static constexpr double kMaxCost = std::numbers::pi * std::numbers::pi +
                                     0.1 * kMaxSpeed * kMaxSpeed + 0.001 * kMaxTorque * kMaxTorque;

  Pendulum(int64_t pendulums, torch::Device device) : pendulums_(pendulums), device_(device) {
    reset();
  }

  /// Starts a new episode on every pendulum.
  void reset() {
    const auto options = torch::TensorOptions(torch::kFloat).device(device_);
    angle_ = torch::empty({pendulums_}, options).uniform_(-std::numbers::pi, std::numbers::pi);
    speed_ = torch::empty({pendulums_}, options).uniform_(-kStartSpeed, kStartSpeed);
  }

  /// The observations, of shape [pendulums, kObservations]. A cosine of 1 is upright.
  torch::Tensor observations() const {
    return torch::stack({angle_.cos(), angle_.sin(), speed_}, -1);
  }

  /// Applies torques of shape [pendulums, kActions] and returns the rewards, of shape [pendulums].
  torch::Tensor step(const torch::Tensor& torques) {
    const torch::Tensor torque = torques.squeeze(-1).clamp(-kMaxTorque, kMaxTorque);
    const torch::Tensor cost = angle_.square() + 0.1 * speed_.square() + 0.001 * torque.square();
    const torch::Tensor acceleration =
        3 * kGravity / (2 * kLength) * angle_.sin() + 3 / (kMass * kLength * kLength) * torque;
    speed_ = (speed_ + acceleration * kTimeStep).clamp(-kMaxSpeed, kMaxSpeed);
    angle_ = angle_ + speed_ * kTimeStep;
    angle_ = (angle_ + std::numbers::pi).remainder(2 * std::numbers::pi) - std::numbers::pi;
    return -cost;
  }

 private:
  static constexpr double kGravity = 10.0;    // m/s^2
  static constexpr double kMass = 1.0;        // kg
  static constexpr double kLength = 1.0;      // m
  static constexpr double kTimeStep = 0.05;   // s
  static constexpr double kStartSpeed = 1.0;  // rad/s

  int64_t pendulums_;
  torch::Device device_;
  torch::Tensor angle_, speed_;  // angle from upright in [-pi, pi]; rad/s
};

}  // namespace example
