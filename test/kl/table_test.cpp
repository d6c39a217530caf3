#include "kl/table.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

namespace torch::distributions::test {
namespace {

// The pairs of PyTorch 2.13's registry whose classes both exist here, and those of Independent and
// MultivariateNormal, which Python lacks.
TEST(KlTableTest, HasAllPairs) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> expected{
      {"Bernoulli", {"Bernoulli", "Poisson"}},
      {"Beta", {"Beta", "Exponential", "Gamma", "Normal", "Uniform"}},
      {"Binomial", {"Binomial"}},
      {"Categorical", {"Categorical"}},
      {"Dirichlet", {"Dirichlet"}},
      {"Exponential", {"Beta", "Exponential", "Gamma", "Normal", "Uniform"}},
      {"ExponentialFamily", {"ExponentialFamily"}},
      {"Gamma", {"Beta", "Exponential", "Gamma", "Normal", "Uniform"}},
      {"Independent", {"Independent", "MultivariateNormal"}},
      {"Laplace", {"Beta", "Exponential", "Gamma", "Laplace", "Normal", "Uniform"}},
      {"MultivariateNormal", {"Independent", "MultivariateNormal"}},
      {"Normal", {"Beta", "Exponential", "Gamma", "Laplace", "Normal", "Uniform"}},
      {"OneHotCategorical", {"OneHotCategorical"}},
      {"Poisson", {"Bernoulli", "Binomial", "Poisson"}},
      {"TransformedDistribution", {"TransformedDistribution"}},
      {"Uniform", {"Beta", "Exponential", "Gamma", "Normal", "Uniform"}}};
  std::vector<std::pair<std::string, std::string>> pairs, names;
  for (const auto& [p, of_p] : expected) {
    for (const auto& q : of_p) pairs.emplace_back(p, q);
  }
  for (const auto& rule : kl::built_in_rules()) names.emplace_back(rule.p->name, rule.q->name);
  EXPECT_THAT(names, ::testing::UnorderedElementsAreArray(pairs));
}

}  // namespace
}  // namespace torch::distributions::test
