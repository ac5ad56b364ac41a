// JPEG by libjpeg. It reports errors by a function that must not return: a jump, which must not
// pass a destructor. So the functions that call setjmp, and those that libjpeg calls, have plain
// variables only.
#include <csetjmp>
#include <cstdio>

#include <shikumi/datasets/detail/encoded_image.hpp>

#ifdef SHIKUMI_HAVE_JPEG
#include <jpeglib.h>

#include <jerror.h>
#endif

namespace shikumi::datasets::detail {

#ifdef SHIKUMI_HAVE_JPEG

namespace {

class JpegDecoder {
public:
    JpegDecoder() noexcept {
        state_.err = jpeg_std_error(&errors_);
        errors_.error_exit = on_error;
        errors_.emit_message = on_message;
        errors_.output_message = [](j_common_ptr) {};
        state_.client_data = this;
        progress_.progress_monitor = on_progress;
    }
    ~JpegDecoder() {
        if (made_) jpeg_destroy_decompress(&state_);
    }
    JpegDecoder(const JpegDecoder&) = delete;
    JpegDecoder& operator=(const JpegDecoder&) = delete;

    // Reads up to the pixels, and asks for grey or RGB. False after an error.
    bool read_header(std::string_view bytes) noexcept {
        if (setjmp(jump_)) return false;
        jpeg_create_decompress(&state_);
        made_ = true;
        state_.progress = &progress_;
        jpeg_mem_src(&state_, reinterpret_cast<const unsigned char*>(bytes.data()),
                     static_cast<unsigned long>(bytes.size()));
        jpeg_read_header(&state_, TRUE);
        state_.out_color_space = state_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
        return true;
    }

    bool read_rows(unsigned char* first) noexcept {
        if (setjmp(jump_)) return false;
        jpeg_start_decompress(&state_);
        const std::size_t row_bytes =
            std::size_t{state_.output_width} * static_cast<unsigned>(state_.output_components);
        while (state_.output_scanline < state_.output_height) {
            JSAMPROW row = first + state_.output_scanline * row_bytes;
            jpeg_read_scanlines(&state_, &row, 1);
        }
        jpeg_finish_decompress(&state_);
        return true;
    }

    std::uint32_t rows() const noexcept { return state_.image_height; }
    std::uint32_t columns() const noexcept { return state_.image_width; }
    std::uint32_t channels() const noexcept { return state_.num_components == 1 ? 1 : 3; }
    bool is_cmyk() const noexcept { return state_.num_components == 4; }
    bool is_arithmetic() const noexcept { return state_.arith_code; }
    const char* message() const noexcept { return message_; }

private:
    static JpegDecoder& self(j_common_ptr state) {
        return *static_cast<JpegDecoder*>(state->client_data);
    }
    static void on_error(j_common_ptr state) {
        JpegDecoder& decoder = self(state);
        state->err->format_message(state, decoder.message_);
        std::longjmp(decoder.jump_, 1);
    }
    // A warning is data that are wrong and would be guessed; bytes between two parts are not.
    static void on_message(j_common_ptr state, int level) {
        if (level < 0 && state->err->msg_code != JWRN_EXTRANEOUS_DATA) on_error(state);
    }
    // A progressive picture may have thousands of scans, each of which takes as long as a picture.
    static void on_progress(j_common_ptr state) {
        if (!state->is_decompressor ||
            reinterpret_cast<j_decompress_ptr>(state)->input_scan_number <= 200)
            return;
        std::snprintf(self(state).message_, JMSG_LENGTH_MAX, "it has more than 200 scans");
        std::longjmp(self(state).jump_, 1);
    }

    jpeg_decompress_struct state_{};
    jpeg_error_mgr errors_{};
    jpeg_progress_mgr progress_{};
    std::jmp_buf jump_{};
    bool made_ = false;
    char message_[JMSG_LENGTH_MAX] = "";
};

}  // namespace

Array decode_jpeg(const EncodedImage& image) {
    JpegDecoder decoder;
    if (!decoder.read_header(image.bytes)) image.fail("the JPEG is damaged: ", decoder.message());
    if (decoder.is_cmyk()) image.fail("the JPEG has four colours (CMYK); grey and RGB can be read");
    if (decoder.is_arithmetic()) image.fail("the JPEG is compressed by arithmetic coding");
    // Each block of 8 x 8 pixels takes a bit at least.
    const std::uint64_t capacity = image.bytes.size() * std::uint64_t{8 * 64};
    Array pixels = image.memory(decoder.rows(), decoder.columns(), decoder.channels(), capacity);
    if (!decoder.read_rows(pixels.mutable_data<std::uint8_t>().data()))
        image.fail("the JPEG is damaged: ", decoder.message());
    return pixels;
}

#else

Array decode_jpeg(const EncodedImage& image) {
    fail<StateError>(image.reader, image.path,
                     " is a JPEG, and this library was built without libjpeg (Debian: "
                     "libjpeg62-turbo-dev)");
}

#endif

}  // namespace shikumi::datasets::detail
