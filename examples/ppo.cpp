// Proximal policy optimisation swings up a pendulum (J. Schulman, F. Wolski, P. Dhariwal, A.
// Radford and O. Klimov, 2017, https://arxiv.org/abs/1707.06347), with generalised advantage
// estimation (J. Schulman, P. Moritz, S. Levine, M. Jordan and P. Abbeel, 2016,
// https://arxiv.org/abs/1506.02438):
//
//   policy     a = 2 tanh(x), x ~ Independent(Normal(mean(s), scale))
//   ratio      r = pi(a | s) / pi_old(a | s)
//   objective  E[min(r A, clip(r, 1 - e, 1 + e) A)] - E[(v(s) - R)^2] + c entropy(pi)
//
// An iteration plays an episode on each of many pendulums. It then makes several passes over all
// their steps in minibatches, with a step of Adam for each.

#include <torch/distributions.h>
#include <torch/torch.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "pendulum.h"
#include "support/command_line.h"
#include "support/line_plot.h"
#include "support/progress.h"

namespace {

namespace dist = torch::distributions;
namespace nn = torch::nn;
using example::Pendulum;
using torch::Tensor;

constexpr int64_t kTestEpisodes = 20;
constexpr double kGoal = -400.0;  // mean return; about -1200 without training

struct Options : example::CommonOptions {
  int64_t iterations = 60;
  int64_t pendulums = 32;
  int64_t epochs = 10;
  int64_t batch_size = 800;
  double learning_rate = 1e-3;
  double discount = 0.95;
  double lambda = 0.95;
  double clip = 0.2;
  double entropy = 1e-3;
  std::string output = "ppo.svg";
};

struct AgentImpl : nn::Module {
  static constexpr int64_t kHidden = 64;

  AgentImpl() {
    register_module("actor", actor);
    register_module("critic", critic);
    log_scale = register_parameter("log_scale", torch::zeros({Pendulum::kActions}));
  }

  static nn::Sequential network(int64_t outputs) {
    return nn::Sequential(nn::Linear(Pendulum::kObservations, kHidden), nn::Tanh(),
                          nn::Linear(kHidden, kHidden), nn::Tanh(), nn::Linear(kHidden, outputs));
  }

  dist::TransformedDistribution policy(const Tensor& observations) {
    const dist::Normal gaussian(actor->forward(observations), log_scale.exp());
    return {dist::Independent(gaussian, 1), squash};
  }

  Tensor value(const Tensor& observations) { return critic->forward(observations).squeeze(-1); }

  nn::Sequential actor = network(Pendulum::kActions);
  nn::Sequential critic = network(1);
  Tensor log_scale;
  /// Maps reals to torques. The parts cache their last result, so log_prob does not invert tanh.
  const dist::ComposeTransform squash{
      {dist::TanhTransform(/*cache_size=*/1),
       dist::AffineTransform(0.0, Pendulum::kMaxTorque, /*event_dim=*/0, /*cache_size=*/1)}};
};
TORCH_MODULE(Agent);

/// Steps of many episodes, in any order. An action is stored as the Gaussian draw, which `squash`
/// maps to the torque again. A torque near 2 would determine its draw to few digits only; in float,
/// draws above 9 give the torque 2, whose inverse is infinite.
struct Steps {
  Tensor observations, draws, log_probs, advantages, returns;

  int64_t count() const { return draws.size(0); }

  Steps select(const Tensor& indices) const {
    const auto pick = [&](const Tensor& tensor) { return tensor.index_select(0, indices); };
    return {.observations = pick(observations),
            .draws = pick(draws),
            .log_probs = pick(log_probs),
            .advantages = pick(advantages),
            .returns = pick(returns)};
  }
};

/// One episode for each pendulum. The first dimension is time, the second is the pendulum.
/// `observations` has one more entry than `rewards`, for the final state.
struct Episodes {
  Tensor observations, draws, log_probs, rewards;

  double mean_return() const { return rewards.sum(0).mean().item<double>(); }

  Steps steps(Agent& agent, const Options& options) const {
    const torch::NoGradGuard no_grad;
    // Episodes are cut off and do not terminate, so the value of the last state is used as the rest
    // of the return.
    const Tensor values = agent->value(observations);
    const int64_t times = rewards.size(0);
    const Tensor before = values.narrow(0, 0, times), after = values.narrow(0, 1, times);
    // Rewards are scaled, so that the values are of the order of 1.
    Tensor advantages = rewards / Pendulum::kMaxCost + options.discount * after - before;
    for (int64_t t = times - 2; t >= 0; --t) {
      advantages[t].add_(advantages[t + 1], options.discount * options.lambda);
    }
    const Tensor returns = advantages + before;
    constexpr double kTiny = 1e-8;
    advantages = (advantages - advantages.mean()) / (advantages.std() + kTiny);
    return {.observations = observations.narrow(0, 0, times).flatten(0, 1),
            .draws = draws.flatten(0, 1),
            .log_probs = log_probs.flatten(),
            .advantages = advantages.flatten(),
            .returns = returns.flatten()};
  }
};

Episodes play(Agent& agent, Pendulum& pendulums) {
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> observations, draws, log_probs, rewards;
  pendulums.reset();
  observations.push_back(pendulums.observations());
  for (int64_t t = 0; t < Pendulum::kSteps; ++t) {
    const dist::TransformedDistribution policy = agent->policy(observations.back());
    const Tensor torques = policy.sample();
    draws.push_back(agent->squash.inv()(torques));  // from the cache
    log_probs.push_back(policy.log_prob(torques));
    rewards.push_back(pendulums.step(torques));
    observations.push_back(pendulums.observations());
  }
  return {.observations = torch::stack(observations),
          .draws = torch::stack(draws),
          .log_probs = torch::stack(log_probs),
          .rewards = torch::stack(rewards)};
}

/// The mean return of new episodes with the policy's median torques.
double test(Agent& agent, torch::Device device) {
  const torch::NoGradGuard no_grad;
  Pendulum pendulums(kTestEpisodes, device);
  Tensor returns = torch::zeros({kTestEpisodes}, device);
  for (int64_t t = 0; t < Pendulum::kSteps; ++t) {
    const dist::TransformedDistribution policy = agent->policy(pendulums.observations());
    returns += pendulums.step(agent->squash(policy.base_dist()->mean()));
  }
  return returns.mean().item<double>();
}

Tensor loss(Agent& agent, const Steps& steps, const Options& options) {
  const dist::TransformedDistribution policy = agent->policy(steps.observations);
  const Tensor ratio = (policy.log_prob(agent->squash(steps.draws)) - steps.log_probs).exp();
  const Tensor clipped = ratio.clamp(1 - options.clip, 1 + options.clip);
  const Tensor gain = torch::min(ratio * steps.advantages, clipped * steps.advantages).mean();
  // Estimated from one draw each, since a squashed Gaussian has no closed form for the entropy.
  const Tensor entropy = -policy.log_prob(policy.rsample()).mean();
  const Tensor error = nn::functional::mse_loss(agent->value(steps.observations), steps.returns);
  return error - gain - options.entropy * entropy;
}

/// Trains the agent. Fills the curves with the mean returns of training and of tests. Returns the
/// mean return of the last test.
double train(Agent& agent, const Options& options, example::Series& played,
             example::Series& tested) {
  constexpr double kMaxGradient = 0.5;
  torch::optim::Adam optimizer(agent->parameters(), options.learning_rate);
  Pendulum pendulums(options.pendulums, options.device);
  example::Progress progress("iteration", options.iterations);
  for (int64_t iteration = 1; iteration <= options.iterations; ++iteration) {
    const Episodes episodes = play(agent, pendulums);
    const Steps steps = episodes.steps(agent, options);
    for (int64_t epoch = 0; epoch < options.epochs; ++epoch) {
      const Tensor order = torch::randperm(steps.count()).to(options.device);
      for (const Tensor& batch : order.split(options.batch_size)) {
        const Tensor objective = loss(agent, steps.select(batch), options);
        optimizer.zero_grad();
        objective.backward();
        nn::utils::clip_grad_norm_(agent->parameters(), kMaxGradient);
        optimizer.step();
        if (!std::isfinite(objective.item<double>())) {
          throw std::runtime_error("the loss is not finite");
        }
      }
    }

    const auto x = static_cast<double>(iteration);
    played.points.emplace_back(x, episodes.mean_return());
    tested.points.emplace_back(x, test(agent, options.device));
    progress.update(iteration, "mean return " + example::fixed(played.points.back().second, 1) +
                                   "  test " + example::fixed(tested.points.back().second, 1));
  }
  return tested.points.back().second;
}

int run(Options options) {
  // For matrices this small, more threads only cost time.
  torch::set_num_threads(1);
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  if (options.brief) {
    options.iterations = 5;
    options.pendulums = 8;
  }

  Agent agent;
  agent->to(options.device);
  example::Series played{.name = "training: torques drawn", .points = {}};
  example::Series tested{.name = "test: median torques", .points = {}};
  const double result = train(agent, options, played, tested);
  example::LinePlot{.title = "PPO on Pendulum",
                    .x_label = "iteration (" + std::to_string(options.pendulums) + " episodes)",
                    .y_label = "mean return",
                    .series = {played, tested},
                    .threshold = {{.y = kGoal, .name = "goal"}}}
      .write_svg(options.output);
  std::cout << "mean return over " << kTestEpisodes
            << " test episodes: " << example::fixed(result, 1) << '\n'
            << "wrote " << std::filesystem::absolute(options.output).string() << '\n';
  if (!options.brief && !(result > kGoal)) {
    throw std::runtime_error("not swung up: that takes a mean return of " +
                             example::fixed(kGoal, 0));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    Options options;
    example::CommandLine line("Learns to swing up a pendulum, by PPO.");
    options.add_to(line);
    line.add("iterations", options.iterations, "times that episodes are played and learnt from");
    line.add("pendulums", options.pendulums, "episodes in an iteration");
    line.add("epochs", options.epochs, "passes over an iteration's steps");
    line.add("batch-size", options.batch_size, "steps in a minibatch");
    line.add("learning-rate", options.learning_rate, "of Adam");
    line.add("discount", options.discount, "of a reward a step later");
    line.add("lambda", options.lambda, "of the advantages: 0 trusts the values, 1 the rewards");
    line.add("clip", options.clip, "how far from 1 the ratio of probabilities counts");
    line.add("entropy", options.entropy, "weight of the policy's entropy");
    line.add("output", options.output, "the learning curves to write (SVG)");
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
