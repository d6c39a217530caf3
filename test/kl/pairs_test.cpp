#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <torch/distributions/kl.h>

#include "support/data.h"

// The answer of kl_divergence for every ordered pair of classes.

namespace torch::distributions::test {
namespace {

/// A distribution of the class: with ordinary parameters if the law tests have some, else that of
/// the first golden case.
DistributionPtr one_of(const Family& f) {
  if (const auto laws = f.laws(); !laws.empty()) return laws[0].make(laws[0].ordinary(at::kDouble));
  const auto& cases = all_cases();
  return std::find_if(cases.begin(), cases.end(),
                      [&](const Case& c) { return c.distribution == f.name; })
      ->make();
}

/// The state of the generator that draws use.
Tensor generator_state() { return at::detail::getDefaultCPUGenerator().get_state(); }

enum class Answer { kFinite, kInfinite, kNotImplemented };

/// The answer according to the oracle.
Answer expected(const Family& p, const Family& q) {
  if (p.name == q.name && p.has("equals only")) return Answer::kFinite;
  // The first case of TransformedDistribution is a LogNormal, so their transforms are equal.
  const std::set<std::string> names{p.name, q.name};
  if (names == std::set<std::string>{"LogNormal", "TransformedDistribution"})
    return Answer::kFinite;
  if (!p.has_divergence_to(q)) return Answer::kNotImplemented;
  for (const Table& table : tables_of(p, "divergences")) {
    if (table.make("q")->type().name == q.name) return Answer::kFinite;
  }
  return Answer::kInfinite;
}

TEST(KlPairsTest, EveryOrderedPairOfClassesHasItsAnswer) {
  EXPECT_EQ(families().size(), 43u);
  std::map<std::string, DistributionPtr> made;
  for (const Family& f : families()) made.emplace(f.name, one_of(f));
  std::map<Answer, int> count;
  const Tensor undrawn = generator_state();
  for (const Family& f : families()) {
    for (const Family& g : families()) {
      const std::string pair = f.name + " || " + g.name;
      const auto &p = made.at(f.name), &q = made.at(g.name);
      const Answer answer = expected(f, g);
      ++count[answer];
      try {
        const Tensor kl = kl_divergence(p, q);
        EXPECT_NE(answer, Answer::kNotImplemented) << pair;
        EXPECT_TRUE(kl.ge(0).all().item<bool>()) << pair << kl;
        if (answer == Answer::kInfinite) {
          EXPECT_TRUE(kl.isinf().all().item<bool>()) << pair << kl;
        }
      } catch (const c10::NotImplementedError& error) {
        EXPECT_EQ(answer, Answer::kNotImplemented) << pair;
        const std::string text = error.what_without_backtrace();
        EXPECT_THAT(text, ::testing::StartsWith("No KL(p || q) is implemented for p type " +
                                                f.name + " and q type " + g.name))
            << pair;
        EXPECT_THAT(text, ::testing::HasSubstr("kl_divergence_monte_carlo")) << pair;
        EXPECT_THAT(text, ::testing::HasSubstr("from p type ")) << pair;
        EXPECT_THAT(text, ::testing::HasSubstr("to q type ")) << pair;
      }
      // No rule draws, and a pair without a rule is not estimated by draws.
      ASSERT_TRUE(generator_state().equal(undrawn)) << pair;
    }
  }
  EXPECT_EQ(count[Answer::kFinite], 95);  // for some parameters at least
  EXPECT_EQ(count[Answer::kInfinite], 40);
  EXPECT_EQ(count[Answer::kNotImplemented], 43 * 43 - 95 - 40);
}

}  // namespace
}  // namespace torch::distributions::test
