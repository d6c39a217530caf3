#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>

/// Copies of elements between dtypes.

namespace torch::distributions::ops::engine {

/// Copies a block of elements of dtype `from`, with these strides, to `to`, row behind row.
void gather(const void* from, c10::ScalarType dtype, int64_t row_stride, int64_t column_stride,
            int64_t rows, int64_t columns, float* to);
void gather(const void* from, c10::ScalarType dtype, int64_t row_stride, int64_t column_stride,
            int64_t rows, int64_t columns, double* to);

/// The other way round, to a floating dtype.
void scatter(const float* from, int64_t rows, int64_t columns, void* to, c10::ScalarType dtype,
             int64_t row_stride, int64_t column_stride);
void scatter(const double* from, int64_t rows, int64_t columns, void* to, c10::ScalarType dtype,
             int64_t row_stride, int64_t column_stride);

}  // namespace torch::distributions::ops::engine
