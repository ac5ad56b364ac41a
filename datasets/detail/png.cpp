// PNG by libpng. It reports errors by a jump, which must not pass a destructor: the functions that
// call setjmp, and those that libpng calls, have plain variables only.
#include <csetjmp>
#include <cstring>

#include <shikumi/datasets/detail/encoded_image.hpp>

#ifdef SHIKUMI_HAVE_PNG
#include <png.h>
#endif

namespace shikumi::datasets::detail {

#ifdef SHIKUMI_HAVE_PNG

namespace {

class PngDecoder {
public:
    explicit PngDecoder(std::string_view bytes) : bytes_(bytes) {
        png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
        info_ = png_ ? png_create_info_struct(png_) : nullptr;
    }
    ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
    PngDecoder(const PngDecoder&) = delete;
    PngDecoder& operator=(const PngDecoder&) = delete;

    // Reads up to the pixels, and asks for 8 bits and one or three channels. False after an error.
    bool read_header() noexcept {
        if (!info_) return false;
        if (setjmp(png_jmpbuf(png_))) return false;
        png_set_read_fn(png_, this, on_read);
        png_set_chunk_malloc_max(png_, png_alloc_size_t{1} << 22);
        png_set_chunk_cache_max(png_, 64);
        png_read_info(png_, info_);
        png_set_expand_gray_1_2_4_to_8(png_);
        png_set_palette_to_rgb(png_);
        png_set_scale_16(png_);
        png_set_strip_alpha(png_);
        passes_ = png_set_interlace_handling(png_);
        png_read_update_info(png_, info_);
        return true;
    }

    bool read_rows(png_bytep first, std::size_t row_bytes) noexcept {
        if (setjmp(png_jmpbuf(png_))) return false;
        for (int pass = 0; pass < passes_; ++pass) {
            for (std::uint32_t row = 0; row < rows(); ++row)
                png_read_row(png_, first + row * row_bytes, nullptr);
        }
        png_read_end(png_, nullptr);
        return true;
    }

    std::uint32_t rows() const noexcept { return png_get_image_height(png_, info_); }
    std::uint32_t columns() const noexcept { return png_get_image_width(png_, info_); }
    std::uint32_t channels() const noexcept { return png_get_channels(png_, info_); }
    std::size_t row_bytes() const noexcept { return png_get_rowbytes(png_, info_); }
    std::size_t left() const noexcept { return bytes_.size() - position_; }
    const char* message() const noexcept { return message_; }

private:
    static void on_error(png_structp png, png_const_charp message) {
        auto* const self = static_cast<PngDecoder*>(png_get_error_ptr(png));
        std::strncpy(self->message_, message, sizeof self->message_ - 1);
        png_longjmp(png, 1);
    }
    static void on_warning(png_structp, png_const_charp) {}
    static void on_read(png_structp png, png_bytep out, std::size_t count) {
        auto* const self = static_cast<PngDecoder*>(png_get_io_ptr(png));
        if (self->left() < count) png_error(png, "the file is cut off");
        std::memcpy(out, self->bytes_.data() + self->position_, count);
        self->position_ += count;
    }

    std::string_view bytes_;
    std::size_t position_ = 0;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    int passes_ = 1;
    char message_[128] = "libpng has no memory";
};

}  // namespace

Array decode_png(const EncodedImage& image) {
    PngDecoder decoder(image.bytes);
    if (!decoder.read_header()) image.fail("the PNG is damaged: ", decoder.message());
    // A byte of deflate becomes 1,032 at most, and a pixel takes a bit at least.
    const std::uint64_t capacity = image.bytes.size() * std::uint64_t{1032 * 8};
    Array pixels = image.memory(decoder.rows(), decoder.columns(), decoder.channels(), capacity);
    if (decoder.row_bytes() * decoder.rows() != pixels.spec().bytes())
        image.fail("the PNG has pixels of another form than 8 bits a channel");
    if (!decoder.read_rows(pixels.mutable_data<std::uint8_t>().data(), decoder.row_bytes()))
        image.fail("the PNG is damaged: ", decoder.message());
    if (decoder.left() > 0)
        image.fail("the file goes on for ", decoder.left(), " bytes after the PNG");
    return pixels;
}

#else

Array decode_png(const EncodedImage& image) {
    fail<StateError>(image.reader, image.path,
                     " is a PNG, and this library was built without libpng (Debian: libpng-dev)");
}

#endif

}  // namespace shikumi::datasets::detail
