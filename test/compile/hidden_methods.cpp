// Classes as a first port from Python may write them: each declares a method of Distribution or
// Transform instead of overriding its hook.
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/core/implements.h>
#include <torch/distributions/transforms/transform.h>

namespace dist = torch::distributions;
using torch::Generator;
using torch::IntArrayRef;
using torch::Tensor;
using torch::TensorOptions;

template <class Self>
struct Family : dist::Implements<Self> {
  static const dist::Signature<Self>& signature() {
    static const dist::Signature<Self> s{.name = "Family", .support = dist::constraints::real};
    return s;
  }
};

// The same signature.
struct Sample : Family<Sample> {  // error: override do_sample, not sample
  Tensor sample(IntArrayRef = {}, std::optional<Generator> = {}) const { return {}; }
};
struct LogProb : Family<LogProb> {  // error: override do_log_prob, not log_prob
  Tensor log_prob(const Tensor&) const { return {}; }
};
struct Cdf : Family<Cdf> {  // error: override do_cdf, not cdf
  Tensor cdf(const Tensor&) const { return {}; }
};
struct LogCdf : Family<LogCdf> {  // error: override do_log_cdf, not log_cdf
  Tensor log_cdf(const Tensor&) const { return {}; }
};
struct SurvivalFunction : Family<SurvivalFunction> {  // error: override do_survival_function
  Tensor survival_function(const Tensor&) const { return {}; }
};
struct LogSurvivalFunction : Family<LogSurvivalFunction> {  // error: override do_log_survival_
  Tensor log_survival_function(const Tensor&) const { return {}; }
};
struct Entropy : Family<Entropy> {  // error: override do_entropy, not entropy
  Tensor entropy() const { return {}; }
};
struct BatchShape : Family<BatchShape> {  // error: set_batch_shape, not batch_shape
  IntArrayRef batch_shape() const { return {}; }
};
struct Expand : Family<Expand> {  // error: override change, not expand
  Expand expand(IntArrayRef) const { return {}; }
};
struct To : Family<To> {  // error: override change, not to
  To to(const TensorOptions&) const { return {}; }
};
struct Detach : Family<Detach> {  // error: override change, not detach
  Detach detach() const { return {}; }
};

// Other argument types.
struct RsampleWithLogProb
    : Family<RsampleWithLogProb> {  // error: override do_rsample_with_log_prob
  std::pair<Tensor, Tensor> rsample_with_log_prob(int64_t) const { return {}; }
};
struct Rsample : Family<Rsample> {  // error: override do_rsample, not rsample
  Tensor rsample(std::vector<int64_t>) const { return {}; }
};
struct LogProbByValue : Family<LogProbByValue> {  // error: override do_log_prob, not log_prob
  Tensor log_prob(Tensor) const { return {}; }
};
struct Icdf : Family<Icdf> {  // error: override do_icdf, not icdf
  Tensor icdf(Tensor) const { return {}; }
};
struct EnumerateSupport : Family<EnumerateSupport> {  // error: override do_enumerate_support
  Tensor enumerate_support() const { return {}; }
};
struct ExpandByVector : Family<ExpandByVector> {  // error: override change, not expand
  ExpandByVector expand(const std::vector<int64_t>&) const { return {}; }
};

// The method is not const, or has another result type.
struct Mean : Family<Mean> {  // error: override do_mean, not mean
  Tensor mean() { return {}; }
};
struct Mode : Family<Mode> {  // error: override do_mode, not mode
  const Tensor& mode() const { return mode_; }
  Tensor mode_;
};
struct Variance : Family<Variance> {  // error: override do_variance, not variance
  double variance() const { return 1; }
};
struct Stddev : Family<Stddev> {  // error: override do_stddev, not stddev
  Tensor stddev() { return {}; }
};
struct Perplexity : Family<Perplexity> {  // error: override do_entropy, not perplexity
  Tensor perplexity() { return {}; }
};
struct EventShape : Family<EventShape> {  // error: set_event_shape, not event_shape
  std::vector<int64_t> event_shape() const { return {}; }
};

// A private method.
class Private : public Family<Private> {  // error: override do_entropy, not entropy
  Tensor entropy() const { return {}; }
};

struct Transform : dist::ImplementsTransform<Transform> {
  dist::ConstraintPtr domain() const override { return dist::constraints::real; }
  dist::ConstraintPtr codomain() const override { return dist::constraints::real; }
  Tensor operator()(Tensor x) const { return x; }              // error: override do_forward
  Tensor log_abs_det_jacobian(Tensor x, Tensor) { return x; }  // error: override do_log_abs_det_
  Transform with_cache(int64_t) const { return {}; }           // error: override set_cache_size
};

// Accepted: a class that hides nothing, and one that adds an overload.
struct Good : Family<Good> {
 private:
  Tensor do_entropy() const override { return {}; }
};
struct Overloads : Family<Overloads> {
  using Family::log_prob;
  Tensor log_prob(double) const { return {}; }
};

int main() {
  LogCdf(), SurvivalFunction(), LogSurvivalFunction();
  Sample(), RsampleWithLogProb(), LogProb(), Cdf(), Entropy(), BatchShape(), Expand(), To(),
      Detach();
  Rsample(), LogProbByValue(), Icdf(), EnumerateSupport(), ExpandByVector();
  Mean(), Mode(), Variance(), Stddev(), Perplexity(), EventShape(), Private(), Transform();
  Good(), Overloads();
}
