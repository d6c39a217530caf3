// REINFORCE with a learnt baseline balances a pole on a cart (R. J. Williams, "Simple statistical
// gradient-following algorithms for connectionist reinforcement learning", Machine Learning 8,
// 1992; R. S. Sutton and A. G. Barto, "Reinforcement Learning: An Introduction", 2nd edition,
// 2018, 13.4):
//
//   policy    pi(a | s) = Categorical(logits(s))
//   baseline  v(s), fitted to the discounted returns G by least squares
//   gradient  E[(G - v(s)) grad log pi(a | s)]
//
// An iteration plays an episode on each of many carts, and ends with one step of Adam.

#include <torch/distributions.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cartpole.h"
#include "support/command_line.h"
#include "support/line_plot.h"
#include "support/progress.h"

namespace {

namespace dist = torch::distributions;
namespace nn = torch::nn;
using example::CartPole;
using torch::Tensor;

constexpr int64_t kTestEpisodes = 100;

struct Options : example::CommonOptions {
  int64_t iterations = 300;
  int64_t carts = 32;
  double learning_rate = 1e-2;
  double discount = 0.99;
  std::string output = "reinforce.svg";
};

struct AgentImpl : nn::Module {
  static constexpr int64_t kHidden = 64;

  AgentImpl() {
    register_module("actor", actor);
    register_module("critic", critic);
  }

  static nn::Sequential network(int64_t outputs) {
    return nn::Sequential(nn::Linear(CartPole::kObservations, kHidden), nn::Tanh(),
                          nn::Linear(kHidden, outputs));
  }

  dist::Categorical policy(const Tensor& observations) {
    return dist::Categorical({.logits = actor->forward(observations)});
  }

  Tensor baseline(const Tensor& observations) { return critic->forward(observations).squeeze(-1); }

  nn::Sequential actor = network(CartPole::kActions);
  nn::Sequential critic = network(1);
};
TORCH_MODULE(Agent);

/// One episode for each cart. The first dimension is time, the second is the cart. Rewards after
/// the end of an episode are zero.
struct Episodes {
  Tensor observations, actions, rewards;

  double mean_return() const { return rewards.sum(0).mean().item<double>(); }

  /// The sum of the discounted rewards from each time on, of shape [times, carts].
  Tensor discounted_returns(double discount) const {
    Tensor returns = rewards.clone();
    for (int64_t t = returns.size(0) - 2; t >= 0; --t) {
      returns[t].add_(returns[t + 1], discount);
    }
    return returns;
  }
};

/// Drives every cart until its episode is over.
Episodes play(Agent& agent, CartPole& carts) {
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> observations, actions, rewards;
  carts.reset();
  while (carts.running().any().item<bool>()) {
    observations.push_back(carts.observations());
    actions.push_back(agent->policy(observations.back()).sample());
    rewards.push_back(carts.step(actions.back()));
  }
  return {.observations = torch::stack(observations),
          .actions = torch::stack(actions),
          .rewards = torch::stack(rewards)};
}

Tensor loss(Agent& agent, const Episodes& episodes, double discount) {
  const Tensor in_episode = episodes.rewards > 0;
  const Tensor observations = episodes.observations.index({in_episode});
  const Tensor actions = episodes.actions.index({in_episode});
  // Every reward is 1. The factor 1 - discount scales the returns to at most 1.
  const Tensor returns = (1 - discount) * episodes.discounted_returns(discount).index({in_episode});

  const Tensor baseline = agent->baseline(observations);
  const Tensor surplus = (returns - baseline).detach();
  constexpr double kTiny = 1e-8;
  const Tensor advantage = (surplus - surplus.mean()) / (surplus.std() + kTiny);
  const Tensor log_prob = agent->policy(observations).log_prob(actions);
  return nn::functional::mse_loss(baseline, returns) - (advantage * log_prob).mean();
}

double mean_of_last(std::ptrdiff_t count, const std::vector<double>& values) {
  const auto first = values.end() - std::min(count, std::ssize(values));
  return std::accumulate(first, values.end(), 0.0) / static_cast<double>(values.end() - first);
}

/// Trains the agent. An iteration ends with a test if the mean return of the last ten iterations
/// reaches the threshold. A test that reaches it ends the training. Returns the mean return of the
/// last test.
double train(Agent& agent, const Options& options, example::Series& curve) {
  constexpr std::ptrdiff_t kWindow = 10;
  torch::optim::Adam optimizer(agent->parameters(), options.learning_rate);
  CartPole carts(options.carts, options.device);
  CartPole test_carts(kTestEpisodes, options.device);
  example::Progress progress("iteration", options.iterations);
  std::vector<double> returns;
  for (int64_t iteration = 1; iteration <= options.iterations; ++iteration) {
    const Episodes episodes = play(agent, carts);
    const Tensor objective = loss(agent, episodes, options.discount);
    optimizer.zero_grad();
    objective.backward();
    optimizer.step();

    const double value = objective.item<double>();
    if (!std::isfinite(value)) throw std::runtime_error("the loss is not finite");
    returns.push_back(episodes.mean_return());
    curve.points.emplace_back(static_cast<double>(iteration), returns.back());
    const double recent = mean_of_last(kWindow, returns);
    progress.update(iteration, "mean return " + example::fixed(returns.back(), 1) +
                                   "  of the last ten " + example::fixed(recent, 1));
    if (recent >= CartPole::kSolved) {
      const double tested = play(agent, test_carts).mean_return();
      if (tested >= CartPole::kSolved) return tested;
    }
  }
  return play(agent, test_carts).mean_return();
}

int run(Options options) {
  // For matrices this small, more threads only cost time.
  torch::set_num_threads(1);
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  if (options.brief) {
    options.iterations = 5;
    options.carts = 8;
  }

  Agent agent;
  agent->to(options.device);
  example::Series curve{.name = "mean of " + std::to_string(options.carts) + " episodes",
                        .points = {}};
  const double tested = train(agent, options, curve);
  example::LinePlot{.title = "REINFORCE on CartPole",
                    .x_label = "iteration",
                    .y_label = "return (steps balanced)",
                    .series = {curve},
                    .threshold = {{.y = CartPole::kSolved, .name = "solved"}}}
      .write_svg(options.output);
  const std::string result = example::fixed(tested, 1);
  std::cout << "mean return over " << kTestEpisodes << " test episodes: " << result << " of "
            << CartPole::kMaxSteps << '\n'
            << "wrote " << std::filesystem::absolute(options.output).string() << '\n';
  if (!options.brief && tested < CartPole::kSolved) {
    throw std::runtime_error("not solved: that takes a mean return of " +
                             example::fixed(CartPole::kSolved, 0));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    Options options;
    example::CommandLine line("Learns to balance a pole on a cart, by REINFORCE.");
    options.add_to(line);
    line.add("iterations", options.iterations, "steps of Adam at most");
    line.add("carts", options.carts, "episodes in an iteration");
    line.add("learning-rate", options.learning_rate, "of Adam");
    line.add("discount", options.discount, "of a reward a step later");
    line.add("output", options.output, "the learning curve to write (SVG)");
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
