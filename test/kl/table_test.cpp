#include "kl/table.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/data.h"
#include "support/test_dir.h"

namespace torch::distributions::test {
namespace {

using Pair = std::pair<std::string, std::string>;

// The pairs of Python's registry whose classes both exist here, and those that Python lacks.
TEST(KlTableTest, HasAllPairs) {
  std::set<Pair> expected{{"Bernoulli", "Binomial"},
                          {"Beta", "Laplace"},
                          {"Binomial", "Bernoulli"},
                          {"ContinuousBernoulli", "Laplace"},
                          {"Exponential", "Laplace"},
                          {"Gamma", "Laplace"},
                          {"Gumbel", "Laplace"},
                          {"HalfCauchy", "HalfCauchy"},
                          {"Independent", "LowRankMultivariateNormal"},
                          {"Independent", "MultivariateNormal"},
                          {"LowRankMultivariateNormal", "Independent"},
                          {"Multinomial", "Multinomial"},
                          {"MultivariateNormal", "Independent"},
                          {"NegativeBinomial", "NegativeBinomial"},
                          {"Pareto", "Laplace"},
                          {"Uniform", "Laplace"},
                          {"VonMises", "VonMises"},
                          {"Weibull", "Exponential"},
                          {"Weibull", "Gamma"},
                          {"Weibull", "Weibull"},
                          {"Wishart", "Wishart"}};
  std::ifstream in(test_dir() / "golden/inventory.json");
  const auto inventory = nlohmann::json::parse(in);
  std::set<std::string> missing;
  for (const auto& entry : inventory["distributions"].items()) missing.insert(entry.key());
  for (const Family& f : families()) missing.erase(f.name);
  for (const Pair& pair : inventory["kl"].get<std::vector<Pair>>()) {
    if (!missing.contains(pair.first) && !missing.contains(pair.second)) expected.insert(pair);
  }
  std::vector<Pair> pairs;
  for (const auto& rule : kl::built_in_rules()) pairs.emplace_back(rule.p->name, rule.q->name);
  EXPECT_THAT(pairs, ::testing::UnorderedElementsAreArray(expected));
}

}  // namespace
}  // namespace torch::distributions::test
