#include <gmock/gmock.h>
#include <torch/types.h>

#include <string>
#include <vector>

#include <torch/distributions/cauchy.h>
#include <torch/distributions/half_cauchy.h>
#include <torch/distributions/half_normal.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/relaxed_bernoulli.h>
#include <torch/distributions/student_t.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/abs.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/compose.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/softmax.h>
#include <torch/distributions/uniform.h>

#include "support/tensors.h"

namespace torch::distributions::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Normal normal(IntArrayRef shape, double first = 0) {
  const Tensor steps = at::arange(1, 1 + c10::multiply_integers(shape), kDoubles).view(shape);
  return Normal(first + 0.5 * steps, 0.25 * steps);
}

template <class Error>
std::string message_of(const Distribution& p, const Distribution& q) {
  try {
    kl_divergence(p, q);
  } catch (const Error& error) {
    return error.what_without_backtrace();
  }
  return "no error";
}

TEST(KlCompositeTest, IndependentSumsOverReinterpretedDimensions) {
  const Normal p = normal({4, 3, 2}), q = normal({4, 3, 2}, -1);
  const Tensor of_base = kl_divergence(p, q);
  EXPECT_TRUE(kl_divergence(Independent(p, 0), Independent(q, 0)).equal(of_base));
  EXPECT_TRUE(kl_divergence(Independent(p, 1), Independent(q, 1)).allclose(of_base.sum(-1)));
  EXPECT_TRUE(kl_divergence(Independent(p, 3), Independent(q, 3)).allclose(of_base.sum()));
  EXPECT_TRUE(kl_divergence(Independent(Independent(p, 1), 1), Independent(q, 2))
                  .allclose(of_base.sum({1, 2})));
  EXPECT_TRUE(kl_divergence(Independent(p, 2), Independent(Independent(q, 1), 1))
                  .allclose(of_base.sum({1, 2})));
}

TEST(KlCompositeTest, IndependentBroadcastsBatches) {
  const Normal p = normal({4, 3}), q = normal({3}, -1);
  EXPECT_TRUE(
      kl_divergence(Independent(p, 1), Independent(q, 1)).allclose(kl_divergence(p, q).sum(-1)));
}

TEST(KlCompositeTest, IndependentMeetsMultivariateNormal) {
  const Normal p = normal({4, 3, 2}), q = normal({4, 3, 2}, -1);
  const MultivariateNormal p_dense(p.loc(), {.scale_tril = p.scale().diag_embed()});
  const MultivariateNormal q_dense(q.loc(), {.scale_tril = q.scale().diag_embed()});
  const Tensor expected = kl_divergence(p, q).sum(-1);
  EXPECT_TRUE(kl_divergence(Independent(p, 1), q_dense).allclose(expected));
  EXPECT_TRUE(kl_divergence(p_dense, Independent(q, 1)).allclose(expected));
  EXPECT_TRUE(kl_divergence(Independent(p, 2), Independent(q_dense, 1)).allclose(expected.sum(-1)));
  EXPECT_TRUE(kl_divergence(Independent(p_dense, 1), Independent(q, 2)).allclose(expected.sum(-1)));

  const Uniform u(at::zeros({4, 3, 2}, kDoubles), 1.0);
  EXPECT_THAT(message_of<c10::NotImplementedError>(Independent(u, 1), p_dense),
              HasSubstr("p type Independent and q type MultivariateNormal"));
  EXPECT_THAT(message_of<c10::NotImplementedError>(p_dense, Independent(u, 1)),
              HasSubstr("p type MultivariateNormal and q type Independent"));
}

// Nested Independents are equivalent to one Independent of the innermost base.
TEST(KlCompositeTest, NestedIndependentsAreFlattened) {
  const Normal p = normal({4, 3, 2}), q = normal({4, 3, 2}, -1);
  const MultivariateNormal p_dense(p.loc(), {.scale_tril = p.scale().diag_embed()}),
      q_dense(q.loc(), {.scale_tril = q.scale().diag_embed()});
  const auto nested = [](const Distribution& base, std::vector<int64_t> dims) {
    DistributionPtr d = base.expand(base.batch_shape());
    for (const int64_t n : dims) d = Independent(d, n);
    return d;
  };
  const std::vector<std::vector<int64_t>> of_one{{1}, {1, 0}, {0, 1}, {0, 1, 0}, {0, 0, 1, 0, 0}},
      of_none{{0}, {0, 0}, {0, 0, 0}}, of_two{{2}, {1, 1}, {0, 2}, {1, 0, 1}, {1, 1, 0}};
  const Tensor expected = kl_divergence(p, q).sum(-1);
  for (const auto& a : of_one) {
    for (const auto& b : of_one) {
      EXPECT_TRUE(kl_divergence(nested(p, a), nested(q, b)).allclose(expected));
    }
    for (const auto& none : of_none) {
      EXPECT_TRUE(kl_divergence(nested(p, a), nested(q_dense, none)).allclose(expected));
      EXPECT_TRUE(kl_divergence(nested(p_dense, none), nested(q, a)).allclose(expected));
      EXPECT_TRUE(kl_divergence(nested(p_dense, none), q_dense).allclose(expected));
      EXPECT_TRUE(kl_divergence(p_dense, nested(q_dense, none)).allclose(expected));
    }
    EXPECT_TRUE(kl_divergence(nested(p, a), q_dense).allclose(expected));
    EXPECT_TRUE(kl_divergence(p_dense, nested(q, a)).allclose(expected));
    for (const auto& b : of_two) {
      EXPECT_TRUE(kl_divergence(nested(p_dense, a), nested(q, b)).allclose(expected.sum(-1)));
      EXPECT_TRUE(kl_divergence(nested(p, b), nested(q_dense, a)).allclose(expected.sum(-1)));
    }
  }
}

TEST(KlCompositeTest, EventsMustHaveTheSameShape) {
  EXPECT_THAT(message_of<c10::ValueError>(Independent(normal({3}), 1), Independent(normal({1}), 1)),
              HasSubstr("[3]"));
  EXPECT_THAT(
      message_of<c10::ValueError>(Independent(normal({2, 3}), 1), Independent(normal({2, 3}), 2)),
      HasSubstr("[2, 3]"));
  EXPECT_THAT(message_of<c10::NotImplementedError>(Independent(normal({3}), 1), normal({3})),
              HasSubstr("p type Independent and q type Normal"));
  const MultivariateNormal three(at::zeros({3}), {.scale_tril = at::eye(3)}),
      one(at::zeros({1}), {.scale_tril = at::eye(1)});
  EXPECT_THAT(message_of<c10::ValueError>(three, one), HasSubstr("[1]"));
}

TEST(KlCompositeTest, BatchesMustBroadcast) {
  EXPECT_THAT(
      message_of<c10::ValueError>(normal({2}), normal({4, 3})),
      HasSubstr("p type Normal has torch.Size([2]) and q type Normal has torch.Size([4, 3])"));
  EXPECT_THAT(
      message_of<c10::ValueError>(Independent(normal({2, 3}), 1), Independent(normal({4, 3}), 1)),
      HasSubstr(
          "p type Independent has torch.Size([2]) and q type Independent has torch.Size([4])"));
  EXPECT_EQ(kl_divergence(normal({4, 1}), normal({3})).sizes(), IntArrayRef({4, 3}));
}

TEST(KlCompositeTest, IndependentNamesTheBasesThatHaveNoRule) {
  const Uniform u(at::zeros({3}), 1.0);
  const MultivariateNormal m(at::zeros({3, 3}), {.scale_tril = at::eye(3)});
  EXPECT_THAT(message_of<c10::NotImplementedError>(
                  Independent(m, 1), Independent(Independent(Independent(u, 1).expand({3}), 0), 1)),
              HasSubstr("p type MultivariateNormal and q type Independent"));
}

TEST(KlCompositeTest, TransformsCancelWhenTheyAreEqual) {
  const Normal p = normal({3}), q = normal({3}, -1);
  const auto shifted = [](const Normal& base, double scale) {
    return TransformedDistribution(base, {AffineTransform(1.0, scale), ExpTransform()});
  };
  EXPECT_TRUE(kl_divergence(shifted(p, 2), shifted(q, 2)).equal(kl_divergence(p, q)));
  EXPECT_TRUE(
      kl_divergence(LogNormal(p.loc(), p.scale()), TransformedDistribution(q, ExpTransform()))
          .equal(kl_divergence(p, q)));
  EXPECT_THAT(message_of<c10::NotImplementedError>(shifted(p, 2), shifted(q, 3)),
              StartsWith("No KL(p || q) is implemented for p type TransformedDistribution and q "
                         "type TransformedDistribution: their transforms differ. "));
  EXPECT_THAT(message_of<c10::NotImplementedError>(shifted(p, 2), LogNormal(0.0, 1.0)),
              HasSubstr("q type LogNormal"));
  EXPECT_THAT(message_of<c10::NotImplementedError>(p, LogNormal(0.0, 1.0)),
              HasSubstr("p type Normal and q type LogNormal"));
}

// |X| and |Y| may be closer than X and Y: here they have the same distribution.
TEST(KlCompositeTest, TransformsThatAreNotBijectiveDoNotCancel) {
  const auto folded = [](double loc, const std::vector<TransformPtr>& more) {
    std::vector<TransformPtr> all{AbsTransform()};
    all.insert(all.end(), more.begin(), more.end());
    return TransformedDistribution(Normal(loc, 1.0), all);
  };
  for (const std::vector<TransformPtr>& more :
       {std::vector<TransformPtr>{}, {ExpTransform()}, {ComposeTransform({ExpTransform()})}}) {
    EXPECT_THAT(message_of<c10::NotImplementedError>(folded(1, more), folded(-1, more)),
                HasSubstr("their transforms are not bijective"));
  }
  const Normal vector(at::zeros({3}), 1.0);
  const TransformedDistribution simplex(vector, SoftmaxTransform());
  EXPECT_THAT(message_of<c10::NotImplementedError>(simplex, simplex),
              HasSubstr("their transforms are not bijective"));
  // Over symmetric bases it is that of the bases. These classes have rules of their own.
  const Tensor s = doubles({0.5, 2}), t = doubles({1, 0.25});
  EXPECT_TRUE(kl_divergence(HalfNormal(s), HalfNormal(t))
                  .equal(kl_divergence(Normal(0.0, s), Normal(0.0, t))));
  EXPECT_TRUE(kl_divergence(HalfCauchy(s), HalfCauchy(t))
                  .equal(kl_divergence(Cauchy(0.0, s), Cauchy(0.0, t))));
}

// The rule of a composite needs one for its parts.
TEST(KlCompositeTest, AnErrorNamesTheCompositesAndTheirParts) {
  const RelaxedBernoulli p(0.5, {.probs = 0.25});
  EXPECT_THAT(message_of<c10::NotImplementedError>(p, p),
              StartsWith("No KL(p || q) is implemented for p type RelaxedBernoulli and q type "
                         "RelaxedBernoulli, since there is none for their parts. No KL(p || q) is "
                         "implemented for p type LogitRelaxedBernoulli and q type "
                         "LogitRelaxedBernoulli. "));
  const StudentT t(at::ones({3}), 0.0, 1.0);
  EXPECT_THAT(message_of<c10::NotImplementedError>(Independent(t, 1), Independent(t, 1)),
              AllOf(StartsWith("No KL(p || q) is implemented for p type Independent and q type "
                               "Independent, "),
                    HasSubstr("p type StudentT and q type StudentT. ")));
}

TEST(KlCompositeTest, TransformedEventsMustHaveTheSameShape) {
  const auto over_event = [](const Normal& base) {
    return TransformedDistribution(base, AffineTransform(0.0, 2.0, /*event_dim=*/1));
  };
  const Normal p = normal({2, 3}), q = normal({2, 3}, -1);
  EXPECT_TRUE(kl_divergence(over_event(p), over_event(q)).allclose(kl_divergence(p, q).sum(-1)));
  EXPECT_THAT(message_of<c10::NotImplementedError>(over_event(p), over_event(normal({1}))),
              HasSubstr("event shapes differ"));
}

TEST(KlCompositeTest, ACompositionIsItsParts) {
  const Normal p = normal({2}), q = normal({2}, -1);
  const TransformPtr exp = ExpTransform(), affine = AffineTransform(1, 2);
  const ComposeTransform both({exp, affine});
  const Tensor expected = kl_divergence(p, q);
  const auto divergence = [&](std::vector<TransformPtr> of_p, std::vector<TransformPtr> of_q) {
    return kl_divergence(TransformedDistribution(p, std::move(of_p)),
                         TransformedDistribution(q, std::move(of_q)));
  };
  EXPECT_TRUE(divergence({exp, affine}, {both}).equal(expected));
  EXPECT_TRUE(divergence({ComposeTransform({both, exp})}, {exp, affine, exp}).equal(expected));
  EXPECT_TRUE(divergence({both.inv()->inv()}, {exp, affine}).equal(expected));
  EXPECT_TRUE(divergence({IndependentTransform(both, 1)},
                         {IndependentTransform(exp, 1), IndependentTransform(affine, 1)})
                  .equal(expected.sum()));
  EXPECT_THROW(divergence({affine, exp}, {both}), c10::NotImplementedError);
}

}  // namespace
}  // namespace torch::distributions::test
