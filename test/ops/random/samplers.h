#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "ops/random/categories.h"
#include "ops/random/fill.h"

namespace torch::distributions::ops::random::test {

using at::Tensor;

/// A function of fill.h with fixed parameters.
struct Sampler {
  std::string name;
  std::vector<at::ScalarType> dtypes;
  std::function<void(const Tensor& to, const Draw& draw)> fill;

  Tensor draw(at::IntArrayRef shape, at::ScalarType dtype, const Draw& of) const {
    const Tensor result = at::empty(shape, dtype);
    fill(result, of);
    return result;
  }
};
inline std::ostream& operator<<(std::ostream& stream, const Sampler& sampler) {
  return stream << sampler.name;
}

/// Those of this room, at one or two parameter points each. Later dtypes are computed like the first ones.
inline std::vector<Sampler> samplers() {
  const std::vector<at::ScalarType> floating{at::kFloat, at::kDouble, at::kHalf, at::kBFloat16};
  const std::vector<at::ScalarType> counts{at::kFloat, at::kDouble, at::kHalf, at::kLong,
                                           at::kByte};
  const std::vector<at::ScalarType> integers{at::kLong, at::kInt, at::kByte, at::kDouble};
  std::vector<Sampler> all;
  const auto add = [&]<class F, class... Parameters>(const char* name, const auto& dtypes, F fill,
                                                     Parameters... parameters) {
    all.push_back(
        {name, dtypes, [=](const Tensor& to, const Draw& draw) { fill(to, draw, parameters...); }});
  };
  add("uniform", floating, fill_uniform, 0.0, 1.0);
  add("uniform from -3 to 4", floating, fill_uniform, -3.0, 4.0);
  add("normal", floating, fill_normal, 0.0, 1.0);
  add("normal about 2", floating, fill_normal, 2.0, 0.3);
  add("exponential", floating, fill_exponential, 1.0);
  add("exponential of 3", floating, fill_exponential, 3.0);
  add("cauchy", floating, fill_cauchy, 0.0, 1.0);
  add("cauchy about 2", floating, fill_cauchy, 2.0, 0.3);
  add("log_normal", floating, fill_log_normal, 0.0, 1.0);
  add("log_normal about 1", floating, fill_log_normal, 1.0, 0.3);
  add("laplace", floating, fill_laplace);
  add("gumbel", floating, fill_gumbel);
  add("logistic", floating, fill_logistic);
  add("student_t", floating, fill_student_t, at::full({}, 5.0), at::zeros({}), at::ones({}));
  add("student_t about 2", floating, fill_student_t, at::full({}, 0.25), at::full({}, 2.0),
      at::full({}, 0.5));
  add("geometric", counts, fill_geometric, 0.3);
  add("geometric of 0.001", counts, fill_geometric, 0.001);
  add("bernoulli", counts, fill_bernoulli, at::full({}, 0.3, at::kDouble));
  add("bernoulli of 1e-3", counts, fill_bernoulli, at::full({1}, 1e-3, at::kFloat));
  add("integers", integers, fill_integers, std::int64_t{0}, std::uint64_t{10});
  add("integers from -2^40", std::vector{at::kLong, at::kDouble}, fill_integers,
      -(std::int64_t{1} << 40), (std::uint64_t{1} << 41) + 12345);
  all.push_back({"bits", {at::kLong}, [](const Tensor& to, const Draw& draw) {
                   fill_integers(to, draw, 0, 0);
                 }});
  const std::vector<at::ScalarType> own{at::kFloat, at::kDouble};  // others: rejection_test.cpp
  const auto number = [](double x) { return at::full({}, x, at::kFloat); };
  add("gamma", own, fill_gamma, number(2.5));
  add("gamma of 0.25", own, fill_gamma, number(0.25));
  add("log_gamma", own, fill_log_gamma, number(0.25));
  add("beta", own, fill_beta, number(2.5), number(0.25));
  add("dirichlet", own, fill_dirichlet, number(1.5));
  add("poisson", own, fill_poisson, number(4));
  add("poisson of 100", own, fill_poisson, number(100));
  add("binomial", own, fill_binomial, number(20), number(0.75));
  add("binomial of 1000", own, fill_binomial, number(1000), number(0.25));
  add("von_mises", own, fill_von_mises, number(4));
  add("von_mises of 0.25", own, fill_von_mises, number(0.25));
  all.push_back({"categories", {at::kLong}, [](const Tensor& to, const Draw& draw) {
                   const Tensor weights = at::arange(1., 11., at::kDouble);
                   TORCH_INTERNAL_ASSERT(fill_categories(to, draw, weights, false));
                 }});
  return all;
}

}  // namespace torch::distributions::ops::random::test
