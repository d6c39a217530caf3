// Soft actor-critic swings up a pendulum (T. Haarnoja et al., "Soft Actor-Critic Algorithms and
// Applications", 2018, https://arxiv.org/abs/1812.05905). It learns from a replay buffer of the
// steps of all episodes so far, and rewards a policy for its entropy:
//
//   policy       a = 2 tanh(x), x ~ Independent(Normal(mean(s), scale(s)))
//   target       T = r + discount (min_i Qtarget_i(s', a') - temperature log pi(a' | s'))
//   critics      minimise E[(Q_i(s, a) - T)^2], i = 1, 2
//   policy       minimises E[temperature log pi(a | s) - min_i Q_i(s, a)]
//   temperature  falls while the entropy is above a goal, and rises while it is below
//
// a and a' are drawn anew by `rsample_with_log_prob`, which returns log pi(a | s) without inverting
// tanh. In float, tanh rounds to 1 for x above 9, where the inverse would be infinite.
//
// docs/sac.png is the picture of seed 0, after 37 s on one core.

#include <torch/distributions.h>
#include <torch/torch.h>

#include <algorithm>
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

#include "pendulum.h"
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
using example::Pendulum;
using example::Point;
using torch::Tensor;

constexpr int64_t kTestEpisodes = 20;
constexpr double kGoal = -200.0;  // mean return; about -1200 without training

struct Options : example::CommonOptions {
  int64_t episodes = 80;
  int64_t batch_size = 128;
  double learning_rate = 1e-3;
  double discount = 0.98;
  double tracking = 0.01;
  std::string output = "sac.png";
};

// ---- The agent ----------------------------------------------------------------------------------

nn::Sequential network(int64_t inputs, int64_t outputs) {
  constexpr int64_t kHidden = 64;
  return nn::Sequential(nn::Linear(inputs, kHidden), nn::ReLU(), nn::Linear(kHidden, kHidden),
                        nn::ReLU(), nn::Linear(kHidden, outputs));
}

/// The policy: a distribution of torques for each observation.
struct ActorImpl : nn::Module {
  ActorImpl() { register_module("layers", layers); }

  dist::TransformedDistribution policy(const Tensor& observations) {
    const std::vector<Tensor> parameters = layers->forward(observations).chunk(2, -1);
    const Tensor scale = parameters[1].clamp(-5, 2).exp();
    return {dist::Independent(dist::Normal(parameters[0], scale), 1), squash};
  }

  /// The medians of the policy's torques.
  Tensor median(const Tensor& observations) {
    return squash(policy(observations).base_dist()->mean());
  }

  nn::Sequential layers = network(Pendulum::kObservations, 2 * Pendulum::kActions);
  /// Maps reals to torques.
  const dist::ComposeTransform squash{
      {dist::TanhTransform(), dist::AffineTransform(0.0, Pendulum::kMaxTorque)}};
};
TORCH_MODULE(Actor);

/// Two estimates of the return after an action. Their minimum does not exceed the truth by as much
/// as one estimate, which the policy would exploit.
struct CriticsImpl : nn::Module {
  CriticsImpl() {
    register_module("first", first);
    register_module("second", second);
  }

  std::pair<Tensor, Tensor> both(const Tensor& observations, const Tensor& torques) {
    const Tensor inputs = torch::cat({observations, torques}, -1);
    return {first->forward(inputs).squeeze(-1), second->forward(inputs).squeeze(-1)};
  }

  Tensor least(const Tensor& observations, const Tensor& torques) {
    const auto [a, b] = both(observations, torques);
    return torch::min(a, b);
  }

  nn::Sequential first = network(Pendulum::kObservations + Pendulum::kActions, 1);
  nn::Sequential second = network(Pendulum::kObservations + Pendulum::kActions, 1);
};
TORCH_MODULE(Critics);

/// Moves each parameter of `target` by a share of its distance to that of `source`.
void track(const Critics& target, const Critics& source, double share) {
  const torch::NoGradGuard no_grad;
  const std::vector<Tensor> from = source->parameters();
  std::vector<Tensor> to = target->parameters();
  for (size_t i = 0; i < to.size(); ++i) to[i].lerp_(from[i], share);
}

/// A row for each step.
struct Steps {
  Tensor observations, torques, rewards, next_observations;
};

/// All steps so far.
class ReplayBuffer {
 public:
  ReplayBuffer(int64_t capacity, torch::Device device)
      : rows_(torch::empty({capacity, kColumns}, device)) {}

  int64_t size() const { return size_; }

  /// Adds steps. There must be room for them.
  void add(const Steps& steps) {
    const Tensor rows = torch::cat(
        {steps.observations, steps.torques, steps.rewards.unsqueeze(-1), steps.next_observations},
        -1);
    rows_.narrow(0, size_, rows.size(0)).copy_(rows);
    size_ += rows.size(0);
  }

  Steps sample(int64_t count) const {
    const Tensor indices = torch::randint(size_, {count}, rows_.options().dtype(torch::kLong));
    const std::vector<Tensor> parts =
        rows_.index_select(0, indices)
            .split_with_sizes(
                {Pendulum::kObservations, Pendulum::kActions, 1, Pendulum::kObservations}, -1);
    return {.observations = parts[0],
            .torques = parts[1],
            .rewards = parts[2].squeeze(-1),
            .next_observations = parts[3]};
  }

 private:
  static constexpr int64_t kColumns = 2 * Pendulum::kObservations + Pendulum::kActions + 1;

  Tensor rows_;
  int64_t size_ = 0;
};

class Agent {
 public:
  explicit Agent(const Options& options) : options_(options) {
    actor->to(options.device);
    critics_->to(options.device);
    targets_->to(options.device);
    track(targets_, critics_, 1);
    log_temperature_ = torch::zeros({}, options.device).requires_grad_();
    const torch::optim::AdamOptions adam(options.learning_rate);
    actor_optimizer_ = std::make_unique<torch::optim::Adam>(actor->parameters(), adam);
    critic_optimizer_ = std::make_unique<torch::optim::Adam>(critics_->parameters(), adam);
    temperature_optimizer_ =
        std::make_unique<torch::optim::Adam>(std::vector<Tensor>{log_temperature_}, adam);
  }

  double temperature() const { return log_temperature_.exp().item<double>(); }

  /// One step of each optimiser.
  void learn(const Steps& steps) {
    const Tensor temperature = log_temperature_.detach().exp();
    const Tensor returns = [&] {
      const torch::NoGradGuard no_grad;
      const auto [torques, log_prob] =
          actor->policy(steps.next_observations).rsample_with_log_prob();
      // Episodes are cut off and do not terminate, so there is always a next step.
      return steps.rewards +
             options_.discount *
                 (targets_->least(steps.next_observations, torques) - temperature * log_prob);
    }();
    const auto [first, second] = critics_->both(steps.observations, steps.torques);
    minimize(*critic_optimizer_,
             nn::functional::mse_loss(first, returns) + nn::functional::mse_loss(second, returns));

    const auto [torques, log_prob] = actor->policy(steps.observations).rsample_with_log_prob();
    minimize(*actor_optimizer_,
             (temperature * log_prob - critics_->least(steps.observations, torques)).mean());

    constexpr double kEntropy = -static_cast<double>(Pendulum::kActions);  // as in the paper
    minimize(*temperature_optimizer_, -log_temperature_ * (log_prob.detach().mean() + kEntropy));
    track(targets_, critics_, options_.tracking);
  }

  Actor actor;

 private:
  static void minimize(torch::optim::Optimizer& optimizer, const Tensor& loss) {
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
  }

  Options options_;
  Critics critics_, targets_;
  Tensor log_temperature_;
  std::unique_ptr<torch::optim::Adam> actor_optimizer_, critic_optimizer_, temperature_optimizer_;
};

// ---- Training -----------------------------------------------------------------------------------

/// Test episodes with the median torques, [steps, kTestEpisodes] each.
struct Episodes {
  Tensor angles, speeds, rewards;

  double mean_return() const { return rewards.sum(0).mean().item<double>(); }
};

Episodes test(Agent& agent, torch::Device device) {
  const torch::NoGradGuard no_grad;
  Pendulum pendulums(kTestEpisodes, device);
  std::vector<Tensor> observations, rewards;
  for (int64_t t = 0; t < Pendulum::kSteps; ++t) {
    observations.push_back(pendulums.observations());
    rewards.push_back(pendulums.step(agent.actor->median(observations.back())));
  }
  const std::vector<Tensor> states = torch::stack(observations).unbind(-1);
  return {.angles = torch::atan2(states[1], states[0]),
          .speeds = states[2],
          .rewards = torch::stack(rewards)};
}

/// Returns after numbers of steps of the pendulum.
struct Curve {
  std::vector<double> steps, returns;

  void add(int64_t step, double value) {
    steps.push_back(static_cast<double>(step));
    returns.push_back(value);
  }
};

struct Curves {
  Curve played;  ///< each episode that was played to learn from
  Curve tested;  ///< means of test episodes
};

Curves train(Agent& agent, const Options& options) {
  example::Progress progress("episode", options.episodes);
  ReplayBuffer buffer(options.episodes * Pendulum::kSteps, options.device);
  Pendulum pendulum(1, options.device);
  Curves curves;
  curves.tested.add(0, test(agent, options.device).mean_return());
  for (int64_t episode = 1; episode <= options.episodes; ++episode) {
    pendulum.reset();
    Tensor total = torch::zeros({}, options.device);
    for (int64_t t = 0; t < Pendulum::kSteps; ++t) {
      {
        const torch::NoGradGuard no_grad;
        const Tensor before = pendulum.observations();
        const Tensor torques = agent.actor->policy(before).sample();
        const Tensor rewards = pendulum.step(torques);
        buffer.add({.observations = before,
                    .torques = torques,
                    .rewards = rewards,
                    .next_observations = pendulum.observations()});
        total += rewards.sum();
      }
      if (buffer.size() >= options.batch_size) agent.learn(buffer.sample(options.batch_size));
    }
    curves.played.add(buffer.size(), total.item<double>());
    if (!std::isfinite(agent.temperature())) throw std::runtime_error("the loss is not finite");
    constexpr int64_t kTested = 2;
    if (episode % kTested == 0 || episode == options.episodes) {
      curves.tested.add(buffer.size(), test(agent, options.device).mean_return());
    }
    progress.update(episode, "return " + example::fixed(curves.played.returns.back(), 0) +
                                 "  mean of tests " +
                                 example::fixed(curves.tested.returns.back(), 0) +
                                 "  temperature " + example::fixed(agent.temperature(), 3));
  }
  return curves;
}

// ---- The picture --------------------------------------------------------------------------------

constexpr Colour kPlayedColour = example::colour(0x9db8d9),
                 kTestedColour = example::colour(0x1f5fa8);
const std::vector<Colour> kTorques = {example::colour(0x1f5fa8), example::colour(0xbcd3ea),
                                      example::grey(250), example::colour(0xf8cfae),
                                      example::colour(0xd1662a)};

void draw_curves(Image& image, const Curves& curves) {
  const auto& [played, tested] = curves;
  const double lowest = std::min(*std::ranges::min_element(played.returns),
                                 *std::ranges::min_element(tested.returns));
  const Panel panel(image, {.left = 100, .top = 90, .right = 830, .bottom = 590},
                    Axis::of(0, tested.steps.back()), Axis::around(lowest, 0));
  const Box& box = panel.box();
  const double goal = panel.y(kGoal);
  for (double x = box.left; x < box.right; x += 16) {  // dashes
    image.lines({{{x, goal}, {x + 8, goal}}}, 1.8, example::colour(0xb3261e));
  }
  for (size_t i = 0; i < played.steps.size(); ++i) {
    image.disc(panel.at(played.steps[i], played.returns[i]), 4.5, kPlayedColour);
  }
  panel.curve(tested.steps, tested.returns, 3, kTestedColour);
  panel.draw_axes({.title = "Learning", .x = "steps of the pendulum", .y = "return"});

  const double left = box.right - 330;
  double y = box.bottom - 90;
  const auto key = [&](const std::string& text) {
    image.text({.x = left + 40, .y = y + 6}, text, {.size = 18});
    y += 30;
  };
  image.disc({.x = left + 15, .y = y}, 4.5, kPlayedColour);
  key("episode played to learn from");
  image.lines({{{left, y}, {left + 30, y}}}, 3, kTestedColour);
  key("mean of " + std::to_string(kTestEpisodes) + " test episodes");
  for (const double x : {left, left + 16}) {
    image.lines({{{x, y}, {x + 8, y}}}, 1.8, example::colour(0xb3261e));
  }
  key("goal");
}

/// The median torque for each state, and the paths of test episodes.
void draw_policy(Image& image, Agent& agent, const Episodes& episodes, torch::Device device) {
  constexpr double kPi = std::numbers::pi;
  const Panel panel(image, {.left = 930, .top = 90, .right = 1560, .bottom = 590},
                    Axis::of(-kPi, kPi), Axis::of(-Pendulum::kMaxSpeed, Pendulum::kMaxSpeed, 8));
  constexpr int64_t kColumns = 210, kRows = 125;
  const Tensor states =
      example::grid(torch::linspace(-kPi, kPi, kColumns, device),
                    torch::linspace(-Pendulum::kMaxSpeed, Pendulum::kMaxSpeed, kRows, device));
  const Tensor angle = states.select(-1, 0), speed = states.select(-1, 1);
  const Tensor torques = agent.actor->median(torch::stack({angle.cos(), angle.sin(), speed}, -1));
  const auto colour_of = [](double torque) {
    return example::along(kTorques, 0.5 + torque / (2 * Pendulum::kMaxTorque));
  };
  std::vector<Colour> colours;
  for (const double torque : numbers(torques)) colours.push_back(colour_of(torque));
  panel.colour_map(colours, kColumns);

  constexpr int64_t kShown = 8;
  panel.clip();
  for (int64_t i = 0; i < kShown; ++i) {
    const std::vector<double> x = numbers(episodes.angles.select(1, i));
    const std::vector<double> y = numbers(episodes.speeds.select(1, i));
    std::vector<std::pair<Point, Point>> ends;
    for (size_t t = 1; t < x.size(); ++t) {
      // The left and the right end of the panel are the same angle.
      if (std::abs(x[t] - x[t - 1]) > kPi) continue;
      ends.emplace_back(panel.at(x[t - 1], y[t - 1]), panel.at(x[t], y[t]));
    }
    image.lines(ends, 1.6, example::grey(40), 0.8);
    image.disc(panel.at(x[0], y[0]), 6, example::grey(40));
  }
  panel.unclip();
  panel.draw_axes({.title = "Policy: median torque, and test episodes from the dots",
                   .x = "angle from upright (rad)",
                   .y = "speed (rad/s)"});

  constexpr int64_t kShades = 50;
  colours.clear();
  for (int64_t i = 0; i < kShades; ++i) {
    colours.push_back(
        colour_of(Pendulum::kMaxTorque * (2.0 * static_cast<double>(i) / (kShades - 1) - 1)));
  }
  const Panel scale(image, {.left = 1650, .top = 90, .right = 1676, .bottom = 590}, Axis::of(0, 1),
                    Axis::of(-Pendulum::kMaxTorque, Pendulum::kMaxTorque, 4));
  scale.colour_map(colours, 1);
  scale.draw_y_axis(17);
  image.text({.x = 1690, .y = 77}, "torque (N m)",
             {.size = 18, .colour = example::grey(90), .align = example::Align::kRight});
}

// ---- The program --------------------------------------------------------------------------------

int run(Options options) {
  // For matrices this small, more threads only cost time.
  torch::set_num_threads(1);
  torch::manual_seed(static_cast<uint64_t>(options.seed));
  double goal = kGoal;
  if (options.brief) {
    options.episodes = 25;
    goal = -700;
  }

  Agent agent(options);
  const Curves curves = train(agent, options);
  const Episodes episodes = test(agent, options.device);
  const double result = episodes.mean_return();

  const torch::NoGradGuard no_grad;
  Image image(1720, 660);
  draw_curves(image, curves);
  draw_policy(image, agent, episodes, options.device);
  image.write_png(options.output);
  std::cout << "mean return over " << kTestEpisodes
            << " new episodes: " << example::fixed(result, 1) << '\n'
            << "wrote " << std::filesystem::absolute(options.output).string() << '\n';
  if (!(result > goal)) {
    throw std::runtime_error("not swung up: that takes a mean return of " +
                             example::fixed(goal, 0));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return example::run([=] {
    Options options;
    example::CommandLine line("Learns to swing up a pendulum, by soft actor-critic.");
    options.add_to(line);
    line.add("episodes", options.episodes, "to play and learn from, 200 steps each");
    line.add("batch-size", options.batch_size, "steps to learn from after each step");
    line.add("learning-rate", options.learning_rate, "of Adam");
    line.add("discount", options.discount, "of a reward a step later");
    line.add("tracking", options.tracking, "share by which the target critics approach the others");
    line.add("output", options.output, "the picture to write (PNG)");
    return line.parse(argc, argv) ? run(options) : 0;
  });
}
