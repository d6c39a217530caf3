#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/types.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <torch/distributions/beta.h>
#include <torch/distributions/categorical.h>
#include <torch/distributions/constraint_registry.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/core/implements.h>
#include <torch/distributions/core/sampler.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/philox.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/tanh.h>

// Many threads use shared state at once: the registries, distributions, transforms with a cache, generators.
// The results must be those of one thread. ThreadSanitizer (the tsan preset) detects data races.

namespace torch::distributions::test {
namespace {

constexpr int kThreads = 8;
constexpr int kRounds = 50;

/// Runs `body(thread, round)` on many threads, which start together, and counts the calls that
/// return false.
int failures(const std::function<bool(int, int)>& body) {
  std::barrier start(kThreads);
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      start.arrive_and_wait();
      for (int round = 0; round < kRounds; ++round) {
        if (!body(thread, round)) ++failed;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return failed;
}

/// A user's class for each thread, for which it registers rules.
template <int kThread>
class Mine : public Implements<Mine<kThread>> {
 public:
  static const Signature<Mine>& signature() {
    static const Signature<Mine> s{.name = "Mine"};
    return s;
  }
  Mine() { this->initialize(); }
};

double kl(const Distribution& p, const Distribution& q) {
  return kl_divergence(p, q).item<double>();
}

/// Registers a rule for the thread's own class, and looks up that one, another thread's, and
/// built-in ones.
template <int kThread>
bool register_and_look_up(int round) {
  const Normal p(0.0, 1.0), q(1.0, 1.0);
  register_kl<Mine<kThread>, Normal>(
      [round](const auto&, const auto&) { return at::scalar_tensor(round, at::kDouble); });
  try {
    kl_divergence(Mine<(kThread + 1) % kThreads>(), p);
  } catch (const c10::NotImplementedError&) {  // not yet registered
  }
  return kl(Mine<kThread>(), p) == round && kl(p, q) == 0.5 &&
         kl(Independent(p.expand({3}), 1), Independent(q.expand({3}), 1)) == 1.5;
}

// The first stream registers LibTorch's kernels. No other test of this program makes one before.
TEST(ThreadsTest, MakeTheFirstStreams) {
  std::vector<Tensor> drawn(kThreads);
  const int failed = failures([&](int thread, int round) {
    const Tensor x = at::rand({100}, Philox(static_cast<uint64_t>(round)));
    if (round == 0) drawn[static_cast<std::size_t>(thread)] = x;
    return !x.equal(at::rand({100}, Philox(static_cast<uint64_t>(round) + 1)));
  });
  EXPECT_EQ(failed, 0);
  for (const Tensor& each : drawn) EXPECT_TRUE(each.equal(drawn[0]));
}

/// A sampler of the rest of a scope for all threads.
struct DefaultSampler {
  explicit DefaultSampler(Sampler sampler) { set_default_sampler(sampler); }
  ~DefaultSampler() { set_default_sampler(Sampler::kLibTorch); }
};

// Each draw takes one number of the default generator, whichever thread takes it.
TEST(ThreadsTest, DrawWithoutAGenerator) {
  const Normal normal(at::zeros({8}, at::kDouble), 1.0);
  const DefaultSampler philox(Sampler::kPhilox);
  const auto first_numbers = [&](int count) {
    std::vector<double> numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(normal.sample()[0].item<double>());
    return numbers;
  };
  Generator generator = at::detail::getDefaultCPUGenerator();
  const Tensor state = generator.get_state();
  std::vector<double> expected = first_numbers(kThreads * kRounds);
  generator.set_state(state);

  std::vector<std::vector<double>> drawn(kThreads);
  failures([&](int thread, int) {
    drawn[static_cast<std::size_t>(thread)].push_back(first_numbers(1)[0]);
    return true;
  });
  std::vector<double> all;
  for (const auto& own : drawn) all.insert(all.end(), own.begin(), own.end());
  std::sort(all.begin(), all.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(all, expected);
}

TEST(ThreadsTest, RegisterAndLookUpDivergences) {
  constexpr bool (*kBodies[kThreads])(int) = {register_and_look_up<0>, register_and_look_up<1>,
                                              register_and_look_up<2>, register_and_look_up<3>,
                                              register_and_look_up<4>, register_and_look_up<5>,
                                              register_and_look_up<6>, register_and_look_up<7>};
  EXPECT_EQ(failures([&](int thread, int round) { return kBodies[thread](round); }), 0);
}

TEST(ThreadsTest, RegisterAndLookUpTransforms) {
  ConstraintRegistry registry;
  const Tensor x = at::zeros({3}), one = at::ones({3});
  const int failed = failures([&](int thread, int) {
    if (thread % 2 == 0) {
      registry.add(constraints::positive, [](const auto&) { return ExpTransform(); });
      registry.add(constraints::real, [](const auto&) { return AffineTransform(1.0, 2.0); });
    }
    const bool shared = biject_to(constraints::positive)(x).equal(one) &&
                        transform_to(constraints::positive)(x).equal(one);
    try {
      return shared && registry(constraints::positive)(x).equal(one) &&
             registry(constraints::real)(x).equal(one);
    } catch (const c10::NotImplementedError&) {
      return shared && thread % 2 == 1;  // the others have not registered yet
    }
  });
  EXPECT_EQ(failed, 0);
}

TEST(ThreadsTest, ShareDistributions) {
  const Tensor loc = at::linspace(-1, 1, 3, at::kDouble),
               scale = at::linspace(1, 2, 3, at::kDouble);
  const std::vector<DistributionPtr> shared{
      Normal(loc, scale),
      Gamma(scale, scale),
      Beta(scale, scale),
      LogNormal(loc, scale),
      Categorical({.logits = loc}),
      Independent(Normal(loc, scale), 1),
      MultivariateNormal(loc, {.covariance_matrix = at::eye(3, at::kDouble)}),
      TransformedDistribution(Normal(loc, scale), {TanhTransform(1), AffineTransform(0.0, 2.0)})};
  /// The results of a distribution's methods, in one text.
  const auto answers = [&](const DistributionPtr& d) {
    std::ostringstream text;
    text << *d << d->batch_shape() << d->event_shape() << *d->support();
    const Tensor x = d->sample({4}, at::make_generator<at::CPUGeneratorImpl>(7));
    text << x << d->log_prob(x) << d->expand(d->batch_shape())->log_prob(x)
         << d->to(at::kFloat)->log_prob(x);
    for (const auto& [name, constraint] : d->arg_constraints()) text << name << *constraint;
    for (Tensor (Distribution::*method)() const :
         {&Distribution::mean, &Distribution::variance, &Distribution::entropy}) {
      try {
        text << (*d.*method)();
      } catch (const c10::NotImplementedError&) {
      }
    }
    text << kl_divergence(d, d);
    return text.str();
  };
  std::vector<std::string> expected;
  for (const auto& d : shared) expected.push_back(answers(d));
  const int failed = failures([&](int thread, int round) {
    const auto i = static_cast<std::size_t>(thread + round) % shared.size();
    return answers(shared[i]) == expected[i];
  });
  EXPECT_EQ(failed, 0);
}

TEST(ThreadsTest, ShareTransformsWithACache) {
  const TransformPtr t = TanhTransform(1);
  const TransformPtr inverse = t->inv();
  const int failed = failures([&](int thread, int round) {
    const Tensor x = at::full({3}, 0.1 * thread + 0.001 * round, at::kDouble);
    const Tensor y = t(x);  // another thread may replace the cached pair at any time
    return y.allclose(x.tanh(), 1e-14, 0) && inverse(y).allclose(x, 1e-12, 1e-15) &&
           t->log_abs_det_jacobian(x, y).allclose((1 - y * y).log(), 1e-12, 1e-15);
  });
  EXPECT_EQ(failed, 0);
}

TEST(ThreadsTest, GuardValidationEachByItself) {
  const Normal shared(0.0, 1.0);
  const Tensor bad = at::full({}, std::numeric_limits<double>::quiet_NaN());
  const int failed = failures([&](int thread, int) {
    const bool validate = thread % 2 == 0;
    const ValidateArgsGuard guard(validate);
    try {
      shared.log_prob(bad);
      return !validate;
    } catch (const c10::ValueError&) {
      return validate;
    }
  });
  EXPECT_EQ(failed, 0);
}

}  // namespace
}  // namespace torch::distributions::test
