#include "ops/random/library.h"

#include <ATen/ATen.h>
#include <ATen/MemoryOverlap.h>
#include <ATen/native/DistributionTemplates.h>
#include <ATen/native/TensorFactories.h>
#include <torch/library.h>

#include <limits>
#include <utility>

#include "core/raise.h"
#include "ops/random/fill.h"
#include "ops/random/generator.h"

// LibTorch's templates, which make its own random operations for every device, do what does not
// depend on the generator: they check the arguments, resize results, and split complex numbers. Each
// operation here has their errors, and its kernel fills the result.

namespace torch::distributions::ops::random {
namespace {

namespace templates = at::native::templates;

using OptionalGenerator = std::optional<Generator>;

/// One draw for an operation that draws this many numbers. It is taken after all checks, so that an
/// operation that fails takes none.
Draw draw_of(const OptionalGenerator& generator, std::int64_t elements) {
  const auto draw = next_draw(generator, elements);
  TORCH_DISTRIBUTIONS_CHECK(
      Error, draw,
      "TorchDistributions: this generator has the dispatch key CustomRNGKeyId, for which "
      "random operations are those of torch::distributions::Philox, but it is none");
  return *draw;
}

Draw draw_of(const OptionalGenerator& generator, const Tensor& filled) {
  return draw_of(generator, filled.numel());
}

/// The result of one of LibTorch's templates, which call no kernel if it has no elements. The draw is
/// taken all the same, so that programs with different numbers of rows stay in step.
Tensor& with_draw(Tensor& result, const OptionalGenerator& generator) {
  if (result.numel() == 0) draw_of(generator, result);
  return result;
}

/// One draw for an operation whose result is no sample of independent rows.
Draw draw_of_whole(const char* operation, const OptionalGenerator& generator,
                   std::int64_t elements) {
  if (const StreamGenerator* stream = stream_behind(generator)) {
    const std::uint32_t shards = stream->stream().shards;
    TORCH_DISTRIBUTIONS_CHECK(
        Error, shards == 1, operation,
        ": a shard of a Philox stream draws its part of the rows, and "
        "this result has none: take a split, or a stream of its own (this is one of ",
        shards, " shards)");
  }
  return draw_of(generator, elements);
}

bool is_real_floating(at::ScalarType dtype) {
  return dtype == at::kFloat || dtype == at::kDouble || dtype == at::kHalf ||
         dtype == at::kBFloat16;
}

void require_floating(const char* operation, const Tensor& t) {
  TORCH_DISTRIBUTIONS_CHECK(NotImplementedError, is_real_floating(t.scalar_type()), operation,
                            ": not implemented for '", t.scalar_type(), "'");
}

/// Whether a condition holds for all elements. Those of meta tensors are not known.
template <class Condition>
bool holds(const Tensor& t, const Condition& condition) {
  return t.is_meta() || condition(t).all().template item<bool>();
}

/// A function of fill.h with two numbers as a kernel of LibTorch's templates.
template <void (*function)(const Tensor&, const Draw&, double, double)>
struct OfTwo {
  template <class>
  struct Kernel {
    void operator()(const at::TensorIteratorBase& to, double a, double b,
                    const OptionalGenerator& generator) const {
      function(to.tensor(0), draw_of(generator, to.numel()), a, b);
    }
  };
};

/// A function of fill.h with one number.
template <void (*function)(const Tensor&, const Draw&, double)>
struct OfOne {
  template <class>
  struct Kernel {
    void operator()(const at::TensorIteratorBase& to, double a,
                    const OptionalGenerator& generator) const {
      function(to.tensor(0), draw_of(generator, to.numel()), a);
    }
  };
};

// --- Numbers ------------------------------------------------------------------------------------

template <class RNG>
struct NormalKernel {
  void operator()(const Tensor& to, double mean, double std,
                  const OptionalGenerator& generator) const {
    require_floating("normal_", to);
    at::assert_no_internal_overlap(to);
    fill_normal(to, draw_of(generator, to), mean, std);
  }
};

Tensor& normal_(Tensor& self, double mean, double std, OptionalGenerator generator) {
  return with_draw(templates::normal_impl_<NormalKernel, Generator>(self, mean, std, generator),
                   generator);
}

/// normal with a tensor for the mean, the deviation or both.
template <class Mean, class Std>
Tensor normal(Mean mean, Std std, OptionalGenerator generator) {
  Tensor result = templates::normal_impl<NormalKernel, Generator>(mean, std, generator);
  with_draw(result, generator);
  return result;
}

template <class Mean, class Std>
Tensor& normal_out(Mean mean, Std std, OptionalGenerator generator, Tensor& out) {
  return with_draw(templates::normal_out_impl<NormalKernel, Generator>(out, mean, std, generator),
                   generator);
}

Tensor& uniform_(Tensor& self, double from, double to, OptionalGenerator generator) {
  return with_draw(
      templates::uniform_impl_<OfTwo<fill_uniform>::Kernel, Generator>(self, from, to, generator),
      generator);
}

Tensor& exponential_(Tensor& self, double lambda, OptionalGenerator generator) {
  require_floating("exponential_", self);
  return with_draw(templates::exponential_impl_<OfOne<fill_exponential>::Kernel, Generator>(
                       self, lambda, generator),
                   generator);
}

Tensor& cauchy_(Tensor& self, double median, double sigma, OptionalGenerator generator) {
  require_floating("cauchy_", self);
  return with_draw(templates::cauchy_impl_<OfTwo<fill_cauchy>::Kernel, Generator>(self, median,
                                                                                  sigma, generator),
                   generator);
}

Tensor& log_normal_(Tensor& self, double mean, double std, OptionalGenerator generator) {
  require_floating("log_normal_", self);
  return with_draw(templates::log_normal_impl_<OfTwo<fill_log_normal>::Kernel, Generator>(
                       self, mean, std, generator),
                   generator);
}

Tensor& geometric_(Tensor& self, double p, OptionalGenerator generator) {
  if (!at::isIntegralType(self.scalar_type(), /*includeBool=*/false))
    require_floating("geometric_", self);
  return with_draw(
      templates::geometric_impl_<OfOne<fill_geometric>::Kernel, Generator>(self, p, generator),
      generator);
}

// --- Integers -----------------------------------------------------------------------------------

/// The numbers of random_ without bounds: from 0 to the largest of the dtype, or to the last one up
/// to which a floating dtype has all integers. 0 stands for 2^64.
std::uint64_t count_of_all(at::ScalarType dtype) {
  if (dtype == at::kBool) return 2;
  return AT_DISPATCH_V2(dtype, "random_", AT_WRAP([&]() -> std::uint64_t {
                          using Range = std::numeric_limits<scalar_t>;
                          if constexpr (Range::is_integer) {
                            return static_cast<std::uint64_t>(Range::max()) + 1;
                          } else {
                            return (std::uint64_t{1} << Range::digits) + 1;
                          }
                        }),
                        AT_EXPAND(AT_FLOATING_TYPES), AT_EXPAND(AT_INTEGRAL_TYPES_V2), at::kHalf,
                        at::kBFloat16);
}

template <class>
struct EveryInteger {
  void operator()(const at::TensorIteratorBase& to, const OptionalGenerator& generator) const {
    const std::uint64_t count = count_of_all(to.dtype());
    fill_integers(to.tensor(0), draw_of(generator, to.numel()), 0, count);
  }
};

template <class>
struct IntegersFromTo {
  void operator()(const at::TensorIteratorBase& to, std::uint64_t count, std::int64_t from,
                  const OptionalGenerator& generator) const {
    fill_integers(to.tensor(0), draw_of(generator, to.numel()), from, count);
  }
  /// All 2^64 integers.
  void operator()(const at::TensorIteratorBase& to, const OptionalGenerator& generator) const {
    const auto dtype = to.dtype();
    TORCH_DISTRIBUTIONS_CHECK(
        Error,
        dtype == at::kLong || dtype == at::kDouble || dtype == at::kFloat || dtype == at::kBFloat16,
        "random_ of all 64-bit integers handles only int64, double, float and bfloat16");
    fill_integers(to.tensor(0), draw_of(generator, to.numel()),
                  std::numeric_limits<std::int64_t>::min(), 0);
  }
};

Tensor& random_(Tensor& self, OptionalGenerator generator) {
  return with_draw(templates::random_impl<EveryInteger, Generator>(self, generator), generator);
}

Tensor& random_from(Tensor& self, std::int64_t from, std::optional<std::int64_t> to,
                    OptionalGenerator generator) {
  return with_draw(
      templates::random_from_to_impl<IntegersFromTo, Generator>(self, from, to, generator),
      generator);
}

Tensor& random_to(Tensor& self, std::int64_t to, OptionalGenerator generator) {
  return random_from(self, 0, to, std::move(generator));
}

template <class>
struct BernoulliKernel {
  void operator()(const Tensor& to, const Tensor& p, const OptionalGenerator& generator) const {
    TORCH_DISTRIBUTIONS_CHECK(Error, p.is_floating_point(),
                              "expected probabilities tensor to have floating type, got ",
                              p.scalar_type());
    TORCH_DISTRIBUTIONS_CHECK(
        Error, holds(p, [](const Tensor& x) { return x.ge(0).logical_and_(x.le(1)); }),
        "bernoulli_ expects all elements of p to be in [0, 1]");
    const Tensor each = p.expand(to.sizes());
    fill_bernoulli(to, draw_of(generator, to), each);
  }
  void operator()(const Tensor& to, double p, const OptionalGenerator& generator) const {
    fill_bernoulli(to, draw_of(generator, to), at::scalar_tensor(p, at::kDouble));
  }
};

/// bernoulli_ with a probability, or a tensor of them.
template <class P>
Tensor& bernoulli_(Tensor& self, P p, OptionalGenerator generator) {
  TORCH_DISTRIBUTIONS_CHECK(NotImplementedError,
                            is_real_floating(self.scalar_type()) ||
                                at::isIntegralType(self.scalar_type(), /*includeBool=*/true),
                            "bernoulli_: not implemented for '", self.scalar_type(), "'");
  return with_draw(templates::bernoulli_impl_<BernoulliKernel, Generator>(self, p, generator),
                   generator);
}

Tensor& bernoulli_out(const Tensor& self, OptionalGenerator generator, Tensor& out) {
  return with_draw(templates::bernoulli_out_impl<BernoulliKernel, Generator>(out, self, generator),
                   generator);
}

// --- Draws with a parameter for each element ----------------------------------------------------

Tensor poisson(const Tensor& self, OptionalGenerator generator) {
  require_floating("poisson", self);
  TORCH_DISTRIBUTIONS_CHECK(Error, holds(self, [](const Tensor& x) { return x.ge(0); }),
                            "invalid Poisson rate, expected rate to be non-negative");
  const Tensor draws = at::empty(self.sizes(), self.options());
  fill_poisson(draws, draw_of(generator, draws), self);
  return draws;
}

Tensor binomial(const Tensor& count, const Tensor& prob, OptionalGenerator generator) {
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, is_real_floating(count.scalar_type()),
      "binomial only supports floating-point dtypes for count, got: ", count.scalar_type());
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, is_real_floating(prob.scalar_type()),
      "binomial only supports floating-point dtypes for prob, got: ", prob.scalar_type());
  const Tensor draws =
      at::empty(at::infer_size_dimvector(count.sizes(), prob.sizes()), count.options());
  fill_binomial(draws, draw_of(generator, draws), count, prob);
  return draws;
}

Tensor standard_gamma(const Tensor& self, OptionalGenerator generator) {
  require_floating("_standard_gamma", self);
  const Tensor draws = at::empty(self.sizes(), self.options());
  fill_gamma(draws, draw_of(generator, draws), self);
  set_points_of_gamma(draws, self);
  return draws;
}

Tensor sample_dirichlet(const Tensor& self, OptionalGenerator generator) {
  require_floating("_sample_dirichlet", self);
  const Tensor draws = at::empty(self.sizes(), self.options());
  fill_dirichlet(draws, draw_of(generator, draws), self);
  return draws;
}

// --- Permutations and categories ----------------------------------------------------------------

/// The order of n random keys of 64 bits each. Two keys are equal with a probability below n^2 2^-65;
/// the sort is stable, so the result is then still the same on every device.
Tensor& randperm_out(std::int64_t n, OptionalGenerator generator, Tensor& out) {
  TORCH_DISTRIBUTIONS_CHECK(Error, n >= 0, "n must be non-negative, got", n);
  at::native::check_supported_max_int_with_precision(n, out);
  out.resize_({n});
  at::assert_no_internal_overlap(out);
  const Draw draw = draw_of_whole("randperm", generator, n);
  if (n == 0 || out.is_meta()) return out;
  const Tensor keys = at::empty({n}, out.options().dtype(at::kLong));
  fill_integers(keys, draw, std::numeric_limits<std::int64_t>::min(), 0);
  out.copy_(std::get<1>(at::sort(keys, /*stable=*/std::optional<bool>(true), /*dim=*/0)));
  return out;
}

/// `count` different categories for each row of weights, in the order in which they are drawn: those
/// that are first in a race, in which category k arrives after an exponential time of the rate
/// weights[k].
Tensor drawn_without_replacement(const Tensor& weights, std::int64_t count, const Draw& draw) {
  const Tensor times = at::empty_like(weights);
  fill_exponential(times, draw, 1);
  // Their reciprocals do not overflow.
  return std::get<1>((weights / times).topk(count, -1, /*largest=*/true, /*sorted=*/true));
}

/// `count` categories for each row of weights, by inversion of the cumulative distribution.
Tensor drawn_with_replacement(const Tensor& weights, std::int64_t count, const Draw& draw) {
  const Tensor sums = weights.cumsum(-1), total = sums.slice(-1, -1);
  const Tensor place = at::empty({weights.size(0), count}, weights.options());
  fill_uniform(place, draw, 0, 1);
  // Below the total, so that a last category of weight 0 is not drawn.
  place.mul_(total).clamp_max_(at::nextafter(total, at::zeros_like(total)));
  return at::searchsorted(sums, place, /*out_int32=*/false, /*right=*/true);
}

/// The weights of multinomial, each row relative to its largest one, so that sums and quotients are
/// finite. They are on the CPU, since other devices add in another order.
/// \param different The number of different categories that are drawn.
Tensor checked_weights(const Tensor& self, std::int64_t different) {
  const Tensor weights = self.to(at::kCPU, at::kDouble).reshape({-1, self.size(-1)});
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  TORCH_DISTRIBUTIONS_CHECK(Error,
                            weights.ge(0).logical_and_(weights.lt(kInfinity)).all().item<bool>(),
                            "probability tensor contains either `inf`, `nan` or element < 0");
  const Tensor possible = weights.gt(0).sum(-1);
  TORCH_DISTRIBUTIONS_CHECK(Error, possible.gt(0).all().item<bool>(),
                            "invalid multinomial distribution (sum of probabilities <= 0)");
  TORCH_DISTRIBUTIONS_CHECK(Error, possible.ge(different).all().item<bool>(),
                            "invalid multinomial distribution (with replacement=False, not enough "
                            "non-negative category to sample)");
  return weights / weights.amax(-1, /*keepdim=*/true);
}

Tensor& multinomial_out(const Tensor& self, std::int64_t count, bool replacement,
                        OptionalGenerator generator, Tensor& out) {
  TORCH_DISTRIBUTIONS_CHECK(Error, out.device() == self.device(),
                            "multinomial arguments must have the same device");
  TORCH_DISTRIBUTIONS_CHECK(Error, self.dim() > 0 && self.dim() <= 2,
                            "prob_dist must be 1 or 2 dim");
  TORCH_DISTRIBUTIONS_CHECK(
      Error, is_real_floating(self.scalar_type()),
      "multinomial only supports floating-point dtypes for input, got: ", self.scalar_type());
  TORCH_DISTRIBUTIONS_CHECK(Error, out.scalar_type() == at::kLong,
                            "multinomial expects Long tensor out, got: ", out.scalar_type());
  TORCH_DISTRIBUTIONS_CHECK(Error, count > 0, "cannot sample n_sample <= 0 samples");
  const std::int64_t categories = self.size(-1);
  TORCH_DISTRIBUTIONS_CHECK(
      Error, replacement || count <= categories,
      "cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  constexpr std::int64_t kMostCategories = std::int64_t{1} << 24;
  TORCH_DISTRIBUTIONS_CHECK(Error, categories <= kMostCategories,
                            "number of categories cannot exceed 2^24");

  at::DimVector shape(self.sizes());
  shape.back() = count;
  out.resize_(shape);
  at::assert_no_internal_overlap(out);
  const bool has_numbers = out.numel() > 0 && !out.is_meta();
  const Tensor weights = has_numbers ? checked_weights(self, replacement ? 1 : count) : Tensor();
  const Draw draw = replacement
                        ? draw_of(generator, out)
                        : draw_of_whole("multinomial without replacement", generator, self.numel());
  if (!has_numbers) return out;
  const auto drawn = replacement ? drawn_with_replacement : drawn_without_replacement;
  out.copy_(drawn(weights, count, draw).view(shape));
  return out;
}

Tensor multinomial(const Tensor& self, std::int64_t count, bool replacement,
                   OptionalGenerator generator) {
  Tensor out = at::empty({0}, self.options().dtype(at::kLong));
  return multinomial_out(self, count, replacement, std::move(generator), out);
}

/// An operation without a kernel. LibTorch's dispatcher would list all dispatch keys.
void refuse(const c10::OperatorHandle& operation, c10::DispatchKeySet, torch::jit::Stack*) {
  raise<c10::NotImplementedError>(operation.operator_name(), " takes no Philox stream");
}

torch::Library made_library() {
  torch::Library library(torch::Library::IMPL, "aten", c10::DispatchKey::CustomRNGKeyId, __FILE__,
                         __LINE__);
  library.impl("bernoulli.out", TORCH_FN(bernoulli_out));
  library.impl("bernoulli_.Tensor", TORCH_FN(bernoulli_<const Tensor&>));
  library.impl("bernoulli_.float", TORCH_FN(bernoulli_<double>));
  library.impl("binomial", TORCH_FN(binomial));
  library.impl("cauchy_", TORCH_FN(cauchy_));
  library.impl("exponential_", TORCH_FN(exponential_));
  library.impl("geometric_", TORCH_FN(geometric_));
  library.impl("log_normal_", TORCH_FN(log_normal_));
  library.impl("multinomial", TORCH_FN(multinomial));
  library.impl("multinomial.out", TORCH_FN(multinomial_out));
  library.impl("normal.Tensor_Tensor", TORCH_FN((normal<const Tensor&, const Tensor&>)));
  library.impl("normal.Tensor_Tensor_out", TORCH_FN((normal_out<const Tensor&, const Tensor&>)));
  library.impl("normal.Tensor_float", TORCH_FN((normal<const Tensor&, double>)));
  library.impl("normal.Tensor_float_out", TORCH_FN((normal_out<const Tensor&, double>)));
  library.impl("normal.float_Tensor", TORCH_FN((normal<double, const Tensor&>)));
  library.impl("normal.float_Tensor_out", TORCH_FN((normal_out<double, const Tensor&>)));
  library.impl("normal_", TORCH_FN(normal_));
  library.impl("poisson", TORCH_FN(poisson));
  library.impl("random_", TORCH_FN(random_));
  library.impl("random_.from", TORCH_FN(random_from));
  library.impl("random_.to", TORCH_FN(random_to));
  library.impl("randperm.generator_out", TORCH_FN(randperm_out));
  library.impl("uniform_", TORCH_FN(uniform_));
  library.impl("_sample_dirichlet", TORCH_FN(sample_dirichlet));
  library.impl("_standard_gamma", TORCH_FN(standard_gamma));
  for (const char* const name :
       {"_fused_dropout", "rrelu_with_noise", "rrelu_with_noise.out", "rrelu_with_noise_"}) {
    library.impl(name, torch::CppFunction::makeFromBoxedFunction<&refuse>());
  }
  return library;
}

}  // namespace

void register_kernels() { static const torch::Library library = made_library(); }

}  // namespace torch::distributions::ops::random
