#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>

/// Copies elements between dtypes.

namespace torch::distributions::ops::engine {

/// Copies the block at `from`, which has this dtype and these strides, to the contiguous block
/// `to`.
void gather(const void* from, c10::ScalarType dtype, int64_t row_stride, int64_t column_stride,
            int64_t rows, int64_t columns, float* to);
void gather(const void* from, c10::ScalarType dtype, int64_t row_stride, int64_t column_stride,
            int64_t rows, int64_t columns, double* to);

/// The inverse: copies the contiguous block `from` to a strided block of any dtype.
void scatter(const float* from, int64_t rows, int64_t columns, void* to, c10::ScalarType dtype,
             int64_t row_stride, int64_t column_stride);
void scatter(const double* from, int64_t rows, int64_t columns, void* to, c10::ScalarType dtype,
             int64_t row_stride, int64_t column_stride);
void scatter(const int64_t* from, int64_t rows, int64_t columns, void* to, c10::ScalarType dtype,
             int64_t row_stride, int64_t column_stride);

}  // namespace torch::distributions::ops::engine
