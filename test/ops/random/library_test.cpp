#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <gmock/gmock.h>
#include <torch/types.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <torch/distributions/philox.h>

#include "support/tensors.h"

// LibTorch's random operations with a Philox stream: which there are, their arguments and their
// errors. Whether the numbers have the right distribution is tested elsewhere.

namespace torch::distributions::test {
namespace {

using testing::HasSubstr;

/// The message of any error of LibTorch, or "accepted".
template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const c10::Error& e) {
    return e.what_without_backtrace();
  }
  return "accepted";
}

// --- Which operations -----------------------------------------------------------------------------

std::vector<c10::OperatorHandle> random_operations() {
  std::vector<c10::OperatorHandle> found;
  auto& dispatcher = c10::Dispatcher::singleton();
  for (const auto& name : dispatcher.getAllOpNames()) {
    if (name.name.rfind("aten::", 0) != 0) continue;
    const auto operation = dispatcher.findSchema(name);
    if (!operation) continue;
    for (const auto& argument : operation->schema().arguments()) {
      if (argument.type()->str().find("Generator") != std::string::npos) {
        found.push_back(*operation);
        break;
      }
    }
  }
  return found;
}

bool has_kernel(const c10::OperatorHandle& operation) {
  return operation.hasKernelForDispatchKey(c10::DispatchKey::CustomRNGKeyId);
}

TEST(LibraryOfPhilox, HasEveryRandomOperation) {
  const Philox random(7);
  int kernels = 0;
  for (const auto& operation : random_operations()) {
    kernels += has_kernel(operation);
    bool is_composed = false;
    for (const auto key :
         {c10::DispatchKey::CompositeExplicitAutograd, c10::DispatchKey::CompositeImplicitAutograd,
          c10::DispatchKey::CompositeExplicitAutogradNonFunctional}) {
      is_composed = is_composed || operation.hasKernelForDispatchKey(key);
    }
    EXPECT_NE(has_kernel(operation), is_composed) << operation.operator_name();
  }
  EXPECT_EQ(kernels, 25 + 4) << "of which 4 refuse";
}

TEST(LibraryOfPhilox, NamesAnOperationThatItLacks) {
  const Philox random(7);
  Tensor x = at::ones({3});
  EXPECT_EQ(error_of([&] { at::rrelu(x, 0.1, 0.3, true, random); }),
            "aten::rrelu_with_noise takes no Philox stream");
  EXPECT_EQ(error_of([&] { at::rrelu_(x, 0.1, 0.3, true, random); }),
            "aten::rrelu_with_noise_ takes no Philox stream");
  EXPECT_EQ(error_of([&] { at::_fused_dropout(x, 0.5, random); }),
            "aten::_fused_dropout takes no Philox stream");
}

// A boxed call looks for the dispatch key of tensors alone, so it reaches LibTorch's own kernels.
TEST(LibraryOfPhilox, IsSafeIfAnOperationIsCalledBoxed) {
  const Philox random(7);
  for (const auto& operation : random_operations()) {
    torch::jit::Stack stack;
    for (const auto& argument : operation.schema().arguments()) {
      const std::string type = argument.type()->str();
      if (type.find("Generator") != std::string::npos) {
        stack.emplace_back(Generator(random));
      } else if (argument.type()->kind() == c10::TypeKind::OptionalType) {
        stack.emplace_back();
      } else if (type == "Tensor") {
        const bool is_index = argument.is_out() && operation.schema().name() == "aten::multinomial";
        stack.emplace_back(at::full({3}, 0.5).to(is_index ? at::kLong : at::kFloat));
      } else if (type == "float") {
        stack.emplace_back(0.5);
      } else if (type == "bool") {
        stack.emplace_back(true);
      } else if (type == "int" || type == "SymInt") {
        stack.emplace_back(int64_t{2});
      } else if (type == "number" || type == "Scalar") {
        stack.emplace_back(0.5);
      } else {
        stack.emplace_back(c10::List<int64_t>({3}));
      }
    }
    const std::string error = error_of([&] { operation.callBoxed(&stack); });
    // Compositions reach our kernels, as they call other operations unboxed.
    if (has_kernel(operation) && operation.schema().name() != "aten::_fused_dropout") {
      EXPECT_THAT(error, HasSubstr("but found 'meta'")) << operation.operator_name();
    }
  }
}

/// A generator of another library with the same dispatch key.
struct Foreign : c10::GeneratorImpl {
  Foreign() : GeneratorImpl(at::kMeta, c10::DispatchKeySet(c10::DispatchKey::CustomRNGKeyId)) {}
  void set_current_seed(std::uint64_t) override {}
  void set_offset(std::uint64_t) override {}
  std::uint64_t get_offset() const override { return 0; }
  std::uint64_t current_seed() const override { return 0; }
  std::uint64_t seed() override { return 0; }
  void set_state(const c10::TensorImpl&) override {}
  c10::intrusive_ptr<c10::TensorImpl> get_state() const override {
    return at::empty({0}).getIntrusivePtr();
  }
  Foreign* clone_impl() const override { return new Foreign; }
};

TEST(LibraryOfPhilox, RefusesAForeignGenerator) {
  const Philox random(7);
  const Generator foreign = at::make_generator<Foreign>();
  const auto message = HasSubstr("torch::distributions::Philox, but it is none");
  EXPECT_THAT(error_of([&] { at::randn({3}, foreign); }), message);
  EXPECT_THAT(error_of([&] { at::randperm(3, foreign); }), message);
  EXPECT_THAT(error_of([&] { at::poisson(at::ones({3}), foreign); }), message);
  EXPECT_THAT(error_of([&] { at::multinomial(at::ones({3}), 2, true, foreign); }), message);
}

// --- Operations and their results -------------------------------------------------------------------

/// Each operation as a function of a generator, with a result of shape [2, 3].
using Draws = std::function<Tensor(const Generator&)>;
const std::map<std::string, Draws>& draws() {
  static const Tensor half = at::full({2, 3}, 0.5), two = at::full({2, 3}, 2.0);
  static const auto empty = [](at::ScalarType dtype = at::kFloat) {
    return at::empty({2, 3}, dtype);
  };
  static const std::map<std::string, Draws> all{
      {"normal_", [](auto& g) { return empty().normal_(1, 2, g); }},
      {"uniform_", [](auto& g) { return empty().uniform_(1, 2, g); }},
      {"exponential_", [](auto& g) { return empty().exponential_(2, g); }},
      {"cauchy_", [](auto& g) { return empty().cauchy_(1, 2, g); }},
      {"log_normal_", [](auto& g) { return empty().log_normal_(1, 2, g); }},
      {"geometric_", [](auto& g) { return empty().geometric_(0.1, g); }},
      {"bernoulli_", [](auto& g) { return empty().bernoulli_(0.5, g); }},
      {"bernoulli_.Tensor", [](auto& g) { return empty().bernoulli_(half, g); }},
      {"bernoulli", [](auto& g) { return at::bernoulli(half, g); }},
      {"bernoulli.p", [](auto& g) { return at::bernoulli(half, 0.5, g); }},
      {"bernoulli.out",
       [](auto& g) {
         Tensor x = at::empty({0});
         return at::bernoulli_out(x, half, g);
       }},
      {"random_", [](auto& g) { return empty(at::kLong).random_(g); }},
      {"random_.to", [](auto& g) { return empty(at::kLong).random_(1000, g); }},
      {"random_.from", [](auto& g) { return empty(at::kLong).random_(-5, 1000, g); }},
      {"rand",
       [](auto& g) {
         return at::rand({2, 3}, g, at::TensorOptions());
       }},
      {"randn",
       [](auto& g) {
         return at::randn({2, 3}, g, at::TensorOptions());
       }},
      {"randint",
       [](auto& g) {
         return at::randint(1000, {2, 3}, g, at::TensorOptions());
       }},
      {"normal.float_float",
       [](auto& g) {
         return at::normal(1, 2, {2, 3}, g);
       }},
      {"normal.Tensor_float", [](auto& g) { return at::normal(half, 2, g); }},
      {"normal.float_Tensor", [](auto& g) { return at::normal(1, two, g); }},
      {"normal.Tensor_Tensor", [](auto& g) { return at::normal(half, two, g); }},
      {"normal.Tensor_float_out",
       [](auto& g) {
         Tensor x = at::empty({2, 3});
         return at::normal_out(x, half, 2, g);
       }},
      {"normal.float_Tensor_out",
       [](auto& g) {
         Tensor x = at::empty({0});
         return at::normal_out(x, 1, two, g);
       }},
      {"normal.Tensor_Tensor_out",
       [](auto& g) {
         Tensor x = at::empty({0});
         return at::normal_out(x, half, two, g);
       }},
      {"poisson", [](auto& g) { return at::poisson(two * 50, g); }},
      {"poisson.out",
       [](auto& g) {
         Tensor x = at::empty({0});
         return at::poisson_out(x, two * 50, g);
       }},
      {"binomial", [](auto& g) { return at::binomial(two * 50, half, g); }},
      {"binomial.out",
       [](auto& g) {
         Tensor x = at::empty({0});
         return at::binomial_out(x, two * 50, half, g);
       }},
      {"_standard_gamma", [](auto& g) { return at::_standard_gamma(two, g); }},
      {"_sample_dirichlet", [](auto& g) { return at::_sample_dirichlet(two, g); }},
      {"multinomial",
       [](auto& g) {
         return at::multinomial(at::ones({2, 100}), 3, true, g);
       }},
      {"multinomial.out",
       [](auto& g) {
         Tensor x = at::empty({0}, at::kLong);
         return at::multinomial_out(x, at::ones({2, 100}), 3, true, g);
       }},
      {"multinomial without replacement",
       [](auto& g) {
         return at::multinomial(at::ones({2, 100}), 3, false, g);
       }},
      {"randperm",
       [](auto& g) {
         return at::randperm(6, g).view({2, 3});
       }},
      {"randperm.generator_out",
       [](auto& g) {
         Tensor x = at::empty({0}, at::kLong);
         return at::randperm_out(x, 6, g).view({2, 3});
       }},
  };
  return all;
}

TEST(LibraryOfPhilox, DrawsByEveryOperation) {
  for (const auto& [name, sample] : draws()) {
    const Philox random(7), same(7);
    const Tensor first = sample(random), second = sample(random);
    EXPECT_EQ(first.sizes(), at::IntArrayRef({2, 3})) << name;
    EXPECT_TRUE(sample(same).equal(first)) << name;
    EXPECT_EQ(Generator(random).get_offset(), 2u) << name << " takes one draw";
    // Six zeros and ones may well be the same again.
    if (name.rfind("bernoulli", 0) != 0) {
      EXPECT_FALSE(second.equal(first)) << name;
    }
  }
}

// A program whose number of rows may be 0 stays in step with others.
TEST(LibraryOfPhilox, TakesADrawForNoElements) {
  const Tensor none = at::empty({0, 3});
  const auto empty = [](at::ScalarType dtype = at::kFloat) { return at::empty({0}, dtype); };
  const std::map<std::string, Draws> empty_draws{
      {"normal_", [&](auto& g) { return empty().normal_(1, 2, g); }},
      {"normal_ of complex numbers",
       [&](auto& g) { return empty(at::kComplexFloat).normal_(0, 2, g); }},
      {"uniform_", [&](auto& g) { return empty().uniform_(1, 2, g); }},
      {"exponential_", [&](auto& g) { return empty().exponential_(2, g); }},
      {"cauchy_", [&](auto& g) { return empty().cauchy_(1, 2, g); }},
      {"log_normal_", [&](auto& g) { return empty().log_normal_(1, 2, g); }},
      {"geometric_", [&](auto& g) { return empty().geometric_(0.1, g); }},
      {"bernoulli_", [&](auto& g) { return empty().bernoulli_(0.5, g); }},
      {"bernoulli_.Tensor", [&](auto& g) { return empty().bernoulli_(empty(), g); }},
      {"bernoulli", [&](auto& g) { return at::bernoulli(none, g); }},
      {"bernoulli.out",
       [&](auto& g) {
         Tensor x = at::empty({0});
         return at::bernoulli_out(x, none, g);
       }},
      {"random_", [&](auto& g) { return empty(at::kLong).random_(g); }},
      {"random_.to", [&](auto& g) { return empty(at::kLong).random_(1000, g); }},
      {"random_.from", [&](auto& g) { return empty(at::kLong).random_(-5, 1000, g); }},
      {"rand", [&](auto& g) { return at::rand({0}, g, at::TensorOptions()); }},
      {"randn", [&](auto& g) { return at::randn({0}, g, at::TensorOptions()); }},
      {"randint", [&](auto& g) { return at::randint(1000, {0}, g, at::TensorOptions()); }},
      {"normal.float_float", [&](auto& g) { return at::normal(1, 2, {0}, g); }},
      {"normal.Tensor_float", [&](auto& g) { return at::normal(none, 2, g); }},
      {"normal.float_Tensor", [&](auto& g) { return at::normal(1, none, g); }},
      {"normal.Tensor_Tensor", [&](auto& g) { return at::normal(none, none, g); }},
      {"normal.Tensor_Tensor_out",
       [&](auto& g) {
         Tensor x = at::empty({0});
         return at::normal_out(x, none, none, g);
       }},
      {"poisson", [&](auto& g) { return at::poisson(none, g); }},
      {"binomial", [&](auto& g) { return at::binomial(none, none, g); }},
      {"_standard_gamma", [&](auto& g) { return at::_standard_gamma(none, g); }},
      {"_sample_dirichlet", [&](auto& g) { return at::_sample_dirichlet(none, g); }},
      {"multinomial", [&](auto& g) { return at::multinomial(none, 2, true, g); }},
      {"multinomial without replacement",
       [&](auto& g) { return at::multinomial(none, 2, false, g); }},
      {"randperm", [&](auto& g) { return at::randperm(0, g); }},
  };
  for (const auto& [name, sample] : empty_draws) {
    const Philox random(7);
    EXPECT_EQ(sample(random).numel(), 0) << name;
    EXPECT_EQ(Generator(random).get_offset(), 1u) << name;
  }
}

// The numbers follow from the arguments as LibTorch's do.
TEST(LibraryOfPhilox, PassesArgumentsOn) {
  constexpr int64_t kMany = 10000;
  const Philox random(7);
  const Generator g = random;
  const auto empty = [](at::ScalarType dtype = at::kDouble) { return at::empty({kMany}, dtype); };
  const auto expect_mean = [](const Tensor& x, double mean, double stddev, const char* name) {
    EXPECT_NEAR(x.to(at::kDouble).mean().item<double>(), mean, 5 * stddev / std::sqrt(kMany))
        << name;
    EXPECT_NEAR(x.to(at::kDouble).std().item<double>(), stddev, 0.1 * stddev) << name;
  };
  expect_mean(empty().normal_(1, 2, g), 1, 2, "normal_");
  expect_mean(empty().uniform_(1, 3, g), 2, 2 / std::sqrt(12), "uniform_");
  expect_mean(empty().exponential_(4, g), 0.25, 0.25, "exponential_");
  expect_mean(empty().log_normal_(0.1, 0.2, g).log(), 0.1, 0.2, "log_normal_");
  expect_mean(empty().cauchy_(1, 2, g).sub(1).div(2).atan(), 0, M_PI / std::sqrt(12), "cauchy_");
  expect_mean(empty(at::kInt).geometric_(0.25, g), 4, std::sqrt(12), "geometric_");
  expect_mean(empty().bernoulli_(0.2, g), 0.2, 0.4, "bernoulli_");
  expect_mean(empty(at::kBool).bernoulli_(at::full({1}, 0.2), g), 0.2, 0.4, "bernoulli_.Tensor");
  expect_mean(empty(at::kInt).random_(-5, 15, g), 4.5, std::sqrt(399.0 / 12), "random_.from");
  expect_mean(empty(at::kShort).random_(20, g), 9.5, std::sqrt(399.0 / 12), "random_.to");
  const Tensor mean = at::full({kMany}, 3.0), std = at::full({kMany}, 2.0);
  expect_mean(at::normal(mean, 0.5, g), 3, 0.5, "normal.Tensor_float");
  expect_mean(at::normal(4, std, g), 4, 2, "normal.float_Tensor");
  expect_mean(at::normal(mean, std, g), 3, 2, "normal.Tensor_Tensor");
  expect_mean(at::poisson(mean, g), 3, std::sqrt(3), "poisson");
  expect_mean(at::binomial(mean, mean / 10, g), 0.9, std::sqrt(0.63), "binomial");
  expect_mean(at::_standard_gamma(std, g), 2, std::sqrt(2), "_standard_gamma");
  expect_mean(at::_sample_dirichlet(at::full({kMany, 2}, 0.5), g).select(-1, 0), 0.5,
              std::sqrt(0.125), "_sample_dirichlet");
  const Tensor complex = at::empty({kMany}, at::kComplexDouble).normal_(0, 2, g);
  expect_mean(at::imag(complex), 0, std::sqrt(2), "normal_ of complex numbers");
  expect_mean(at::real(at::empty({kMany}, at::kComplexDouble).uniform_(1, 3, g)), 2,
              2 / std::sqrt(12), "uniform_ of complex numbers");
}

TEST(LibraryOfPhilox, DrawsEveryIntegerOfADtype) {
  const Philox random(7);
  const auto range = [&](at::ScalarType dtype) {
    const Tensor x = at::empty({20000}, dtype).random_(random).to(at::kDouble);
    return std::pair(x.min().item<double>(), x.max().item<double>());
  };
  EXPECT_EQ(range(at::kByte), std::pair(0.0, 255.0));
  EXPECT_EQ(range(at::kChar), std::pair(0.0, 127.0));
  EXPECT_EQ(range(at::kBool), std::pair(0.0, 1.0));
  EXPECT_EQ(range(at::kHalf).second, 2048.0);
  EXPECT_EQ(range(at::kBFloat16), std::pair(0.0, 256.0));
  const auto expect_up_to = [&](at::ScalarType dtype, double most) {
    EXPECT_LT(range(dtype).second, most) << dtype;
    EXPECT_GT(range(dtype).second, 0.999 * most) << dtype;
    EXPECT_GE(range(dtype).first, 0) << dtype;
  };
  expect_up_to(at::kInt, 0x1p31);
  expect_up_to(at::kLong, 0x1p63);
  expect_up_to(at::kFloat, 0x1p24 + 1);
  expect_up_to(at::kDouble, 0x1p53 + 1);
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  const Tensor all =
      at::empty({20000}, at::kLong).random_(kLeast, std::nullopt, random).to(at::kDouble);
  EXPECT_LT(all.min().item<double>(), -0.999 * 0x1p63);
  EXPECT_GT(all.max().item<double>(), 0.999 * 0x1p63);
  EXPECT_THAT(error_of([&] { at::empty({2}, at::kInt).random_(kLeast, std::nullopt, random); }),
              HasSubstr("handles only int64, double, float and bfloat16"));
  const Tensor some = at::empty({2000}, at::kByte).random_(250, std::nullopt, random);
  EXPECT_EQ(some.min().item<int>(), 250);
  EXPECT_EQ(some.max().item<int>(), 255);
}

TEST(LibraryOfPhilox, FillsTensorsOfAnyKind) {
  const Tensor expected = at::empty({3, 4}).normal_(0, 1, Philox(7));
  const Tensor transposed = at::empty({4, 3}).t();
  EXPECT_TRUE(Tensor(transposed).normal_(0, 1, Philox(7)).equal(expected));
  Tensor part = at::zeros({3, 9});
  part.slice(1, 0, 8, 2).normal_(0, 1, Philox(7));
  EXPECT_TRUE(part.slice(1, 0, 8, 2).equal(expected));
  EXPECT_EQ(part.slice(1, 1, 9, 2).abs().max().item<float>(), 0);
  EXPECT_TRUE(Tensor(at::empty({3, 4}).neg()._neg_view()).normal_(0, 1, Philox(7)).equal(expected));

  for (const auto& [name, sample] : draws()) {
    const Philox random(7);
    sample(random);
    SCOPED_TRACE(name);
    EXPECT_EQ(Generator(random).get_offset(), 1u);
  }
  const Philox random(7);
  EXPECT_TRUE(at::empty({3}, at::kMeta).normal_(0, 1, random).is_meta());
  EXPECT_TRUE(at::poisson(at::ones({3}, at::kMeta), random).is_meta());
  EXPECT_TRUE(at::binomial(at::ones({3}, at::kMeta), at::ones({3}, at::kMeta), random).is_meta());
  EXPECT_TRUE(at::bernoulli(at::ones({3}, at::kMeta), random).is_meta());
  EXPECT_TRUE(at::_standard_gamma(at::ones({3}, at::kMeta), random).is_meta());
  EXPECT_TRUE(at::_sample_dirichlet(at::ones({3}, at::kMeta), random).is_meta());
  EXPECT_EQ(at::multinomial(at::ones({5}, at::kMeta), 3, true, random).numel(), 3);
  EXPECT_EQ(at::randperm(5, random, at::TensorOptions(at::kMeta)).numel(), 5);
  EXPECT_EQ(Generator(random).get_offset(), 8u) << "as many draws as with numbers";

  EXPECT_EQ(at::empty({0}).normal_(0, 1, random).numel(), 0);
  EXPECT_THAT(error_of([&] { at::zeros({1}).expand({3}).normal_(0, 1, random); }),
              HasSubstr("more than one element"));
  EXPECT_THAT(error_of([&] { at::zeros({3}).to_sparse().normal_(0, 1, random); }),
              HasSubstr("aten::normal_"));
}

TEST(LibraryOfPhilox, RecordsNoGraph) {
  const Philox random(7);
  Tensor leaf = at::zeros({3}).set_requires_grad(true);
  EXPECT_THAT(error_of([&] { leaf.normal_(0, 1, random); }),
              HasSubstr("a leaf Variable that requires grad"));
  {
    const at::NoGradGuard no_grad;
    leaf.normal_(0, 1, random);
  }
  EXPECT_NE(leaf.abs().max().item<float>(), 0);
  EXPECT_TRUE(leaf.is_leaf());
  Tensor inner = leaf * 2;
  inner.uniform_(0, 1, random);  // its gradient is 0, as in LibTorch
  inner.sum().backward();
  EXPECT_EQ(leaf.grad().abs().max().item<float>(), 0);

  const Tensor concentration = at::full({3}, 2.0, at::kDouble).set_requires_grad(true);
  const Tensor gamma = at::_standard_gamma(concentration, random);
  const Tensor expected = at::_standard_gamma_grad(concentration.detach(), gamma.detach());
  EXPECT_TRUE(gradient(gamma, concentration).equal(expected)) << "LibTorch's derivative";
  EXPECT_FALSE(at::randn({3}, random).requires_grad());
}

// --- Errors -----------------------------------------------------------------------------------------

// Each error is LibTorch's own: the same call with its generator has the same text.
TEST(LibraryOfPhilox, HasTheErrorsOfLibTorch) {
  using Call = std::function<void(const Generator&)>;
  const auto floats = [] { return at::empty({3}); };
  const Tensor ones = at::ones({3});
  Tensor integers = at::zeros({3}, at::kLong), other = at::empty({0});
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::pair<const char*, Call>> calls{
      {"normal expects std >= 0.0", [&](auto& g) { floats().normal_(0, -1, g); }},
      {"normal expects std >= 0.0", [&](auto& g) { at::normal(ones, -1, g); }},
      {"all elements of std >= 0.0", [&](auto& g) { at::normal(ones, -ones, g); }},
      {"all elements of std >= 0.0", [&](auto& g) { at::normal(0, -ones, g); }},
      {"from=2 > to=1", [&](auto& g) { floats().uniform_(2, 1, g); }},
      {"not implemented for 'Long'", [&](auto& g) { integers.uniform_(0, 1, g); }},
      {"from is out of bounds", [&](auto& g) { floats().uniform_(-1e39, 1, g); }},
      {"exponential_ expects lambda > 0.0", [&](auto& g) { floats().exponential_(0, g); }},
      {"cauchy_ expects sigma > 0.0", [&](auto& g) { floats().cauchy_(0, 0, g); }},
      {"log_normal_ expects std > 0.0", [&](auto& g) { floats().log_normal_(0, 0, g); }},
      {"geometric_ expects p to be in (0, 1)", [&](auto& g) { floats().geometric_(1, g); }},
      {"bernoulli_ expects p to be in [0, 1]", [&](auto& g) { floats().bernoulli_(kNan, g); }},
      {"'from' to be less than 'to'", [&](auto& g) { integers.random_(3, 3, g); }},
      {"to - 1 is out of bounds", [&](auto& g) { at::empty({3}, at::kByte).random_(0, 300, g); }},
      {"expected rate to be non-negative", [&](auto& g) { at::poisson(-ones, g); }},
      {"expected rate to be non-negative", [&](auto& g) { at::poisson(ones * kNan, g); }},
      {"n must be non-negative", [&](auto& g) { at::randperm_out(integers, -1, g); }},
      {"prob_dist must be 1 or 2 dim", [&](auto& g) { at::multinomial(at::ones({}), 1, true, g); }},
      {"only supports floating-point", [&](auto& g) { at::multinomial(integers, 1, true, g); }},
      {"expects Long tensor out", [&](auto& g) { at::multinomial_out(other, ones, 1, true, g); }},
      {"cannot sample n_sample <= 0", [&](auto& g) { at::multinomial(ones, 0, true, g); }},
      {"samples without replacement", [&](auto& g) { at::multinomial(ones, 4, false, g); }},
      {"number of categories cannot exceed 2^24",
       [&](auto& g) {
         at::multinomial(ones.expand({(1 << 24) + 1, 3}).select(1, 0), 1, true, g);
       }},
      {"`inf`, `nan` or element < 0", [&](auto& g) { at::multinomial(-ones, 1, false, g); }},
      {"`inf`, `nan` or element < 0", [&](auto& g) { at::multinomial(ones * kNan, 1, false, g); }},
      {"sum of probabilities <= 0", [&](auto& g) { at::multinomial(0 * ones, 1, false, g); }},
      {"only supports floating-point", [&](auto& g) { at::binomial(integers, ones, g); }},
  };
  for (const auto& [message, call] : calls) {
    const std::string ours = error_of([&] { call(Philox(7)); });
    EXPECT_THAT(ours, HasSubstr(message));
    const std::string theirs = error_of([&] { call(at::detail::createCPUGenerator(7)); });
    EXPECT_EQ(ours.substr(0, ours.find('\n')), theirs.substr(0, theirs.find('\n')));
  }
}

TEST(LibraryOfPhilox, RefusesWhatHasNoDraw) {
  const Philox random(7);
  Tensor integers = at::zeros({3}, at::kLong), complex = at::zeros({3}, at::kComplexFloat);
  const Tensor ones = at::ones({3});
  const std::vector<std::pair<const char*, std::function<void()>>> calls{
      {"normal_: not implemented for 'Long'", [&] { integers.normal_(0, 1, random); }},
      {"exponential_: not implemented for 'Long'", [&] { integers.exponential_(1, random); }},
      {"log_normal_: not implemented for 'Long'", [&] { integers.log_normal_(1, 2, random); }},
      {"geometric_: not implemented for 'ComplexFloat'", [&] { complex.geometric_(0.5, random); }},
      {"bernoulli_: not implemented for 'ComplexFloat'", [&] { complex.bernoulli_(0.5, random); }},
      {"cauchy_: not implemented for 'Long'", [&] { integers.cauchy_(0, 1, random); }},
      {"poisson: not implemented for 'Long'", [&] { at::poisson(integers, random); }},
      {"_standard_gamma: not implemented", [&] { at::_standard_gamma(integers, random); }},
      {"_sample_dirichlet: not implemented", [&] { at::_sample_dirichlet(integers, random); }},
      {"all elements of p to be in [0, 1]", [&] { at::bernoulli(ones * 2, random); }},
      {"all elements of p to be in [0, 1]", [&] { at::bernoulli(ones * NAN, random); }},
      {"to have floating type", [&] { at::empty({3}).bernoulli_(integers, random); }},
      {"must match", [&] { at::empty({4}).bernoulli_(ones, random); }},
      {"not enough non-negative category",
       [&] {
         at::multinomial(at::tensor({1.0, 0.0, 0.0}), 2, false, random);
       }},
      {"`inf`, `nan` or element < 0", [&] { at::multinomial(-ones, 5, true, random); }},
      {"sum of probabilities <= 0", [&] { at::multinomial(0 * ones, 5, true, random); }},
      {"more than one element", [&] { at::zeros({1}).expand({4}).normal_(0, 1, random); }},
      {"more than one element", [&] { at::zeros({1}).expand({4}).uniform_(0, 1, random); }},
      {"more than one element", [&] { at::zeros({1}).expand({4}).bernoulli_(0.5, random); }},
      {"more than one element", [&] { at::zeros({1}).expand({4}).random_(random); }},
      {"more than one element",
       [&] {
         Tensor out = at::zeros({1}, at::kLong).expand({4});
         at::randperm_out(out, 4, random);
       }},
      {"more than one element",
       [&] {
         Tensor out = at::zeros({1}, at::kLong).expand({4});
         at::multinomial_out(out, ones, 4, true, random);
       }},
  };
  for (const auto& [message, call] : calls) EXPECT_THAT(error_of(call), HasSubstr(message));
  EXPECT_EQ(Generator(random).get_offset(), 0u) << "an error takes no draw";
}

// LibTorch's own macros append a backtrace to what().
TEST(LibraryOfPhilox, HasErrorsWithoutABacktrace) {
  const Philox random(7), part = random.shard(0, 2);
  const Tensor ones = at::ones({3});
  Tensor integers = at::zeros({3}, at::kLong);
  const std::vector<std::function<void()>> calls{
      [&] { at::randperm(5, part); },
      [&] { at::multinomial(ones, 2, false, part); },
      [&] { at::multinomial(-ones, 2, true, random); },
      [&] { at::rrelu(ones, 0.1, 0.3, true, random); },
      [&] { at::poisson(-ones, random); },
      [&] { at::bernoulli(ones * 2, random); },
      [&] { at::binomial(ones, integers, random); },
      [&] { integers.normal_(0, 1, random); },
      [&] { at::randn({3}, at::make_generator<Foreign>()); }};
  for (const auto& call : calls) {
    try {
      call();
      ADD_FAILURE() << "accepted";
    } catch (const c10::Error& e) {
      EXPECT_STREQ(e.what(), e.what_without_backtrace());
    }
  }
}

// --- Permutations and categories ----------------------------------------------------------------

TEST(LibraryOfPhilox, DrawsPermutations) {
  const Philox random(7);
  for (const int64_t n : {0, 1, 2, 1000}) {
    const Tensor order = at::randperm(n, random, at::TensorOptions(at::kInt));
    EXPECT_TRUE(std::get<0>(order.sort()).equal(at::arange(n, at::kInt))) << n;
  }
  // Each of the 24 orders of 4 elements as often as the others: chi-square with 23 degrees of
  // freedom exceeds 70 with a probability of 1e-6.
  constexpr int kDraws = 4800;
  std::map<std::vector<int64_t>, int> counts;
  for (int i = 0; i < kDraws; ++i) {
    const Tensor order = at::randperm(4, random);
    const auto* first = order.const_data_ptr<int64_t>();
    ++counts[{first, first + 4}];
  }
  EXPECT_EQ(counts.size(), 24u);
  double chi_square = 0;
  for (const auto& [order, count] : counts)
    chi_square += std::pow(count - kDraws / 24.0, 2) / (kDraws / 24.0);
  EXPECT_LT(chi_square, 70);
}

/// Frequencies of the categories in a tensor of them.
Tensor frequencies(const Tensor& categories, int64_t count) {
  return at::bincount(categories.reshape(-1), {}, count).to(at::kDouble) /
         static_cast<double>(categories.numel());
}

TEST(LibraryOfPhilox, DrawsCategoriesByTheirWeights) {
  constexpr int64_t kRows = 40000;
  const Tensor weights = doubles({0, 2, 1, 0, 5, 0}), p = weights / 8;
  const Philox random(7);
  const double tolerance = 5 * std::sqrt(0.25 / static_cast<double>(kRows));
  for (const double scale : {1.0, 1e-300, 3e307}) {  // the sum of the last ones overflows
    const Tensor x = at::multinomial(weights * scale, kRows, true, random);
    EXPECT_EQ(x.sizes(), at::IntArrayRef({kRows}));
    EXPECT_LT((frequencies(x, 6) - p).abs().max().item<double>(), tolerance) << scale;
    EXPECT_EQ(frequencies(x, 6).masked_select(weights == 0).max().item<double>(), 0);
  }
  for (const auto dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor x = at::multinomial(weights.to(dtype).expand({kRows, 6}), 1, true, random);
    EXPECT_EQ(x.sizes(), at::IntArrayRef({kRows, 1}));
    EXPECT_LT((frequencies(x, 6) - p).abs().max().item<double>(), tolerance) << dtype;
  }
  // Two without replacement: the second follows the weights of the others.
  const Tensor pairs = at::multinomial(weights.expand({kRows, 6}), 2, false, random);
  const Tensor first = pairs.select(1, 0), second = pairs.select(1, 1);
  EXPECT_LT((frequencies(first, 6) - p).abs().max().item<double>(), tolerance);
  const Tensor after_4 = frequencies(second.masked_select(first == 4), 6);
  EXPECT_LT((after_4 - doubles({0, 2, 1, 0, 0, 0}) / 3).abs().max().item<double>(), 2 * tolerance);
  EXPECT_FALSE(first.eq(second).any().item<bool>());
  const Tensor all = at::multinomial(at::ones({50}), 50, false, random);
  EXPECT_TRUE(std::get<0>(all.sort()).equal(at::arange(50)));
}

TEST(LibraryOfPhilox, DrawsRowsOfCategoriesByShards) {
  const Philox whole(7), first = whole.shard(0, 2), second = whole.shard(1, 2);
  const Tensor weights = at::rand({6, 5}, whole.split(1));
  EXPECT_TRUE(at::cat({at::multinomial(weights.slice(0, 0, 3), 4, true, first),
                       at::multinomial(weights.slice(0, 3, 6), 4, true, second)})
                  .equal(at::multinomial(weights, 4, true, whole)));
  EXPECT_THAT(error_of([&] { at::randperm(3, first); }),
              HasSubstr("randperm: a shard of a Philox stream"));
  EXPECT_THAT(error_of([&] { at::multinomial(weights, 2, false, second); }),
              HasSubstr("multinomial without replacement: a shard"));
  EXPECT_EQ(Generator(first).get_offset(), 1u) << "an error takes no draw";
  at::randperm(3, whole.shard(0, 1));
}

}  // namespace
}  // namespace torch::distributions::test
