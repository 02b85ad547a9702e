internal import COpus

/// Why libopus refused to be set up.
public struct OpusError: Error, Equatable {
    /// The library's own number (`OPUS_BAD_ARG` …, negative).
    public let status: Int32

    init(status: Int32) { self.status = status }

    /// Passes a good status through and throws the others.
    @discardableResult
    static func check(_ status: Int32) throws(OpusError) -> Int32 {
        guard status >= 0 else { throw OpusError(status: status) }
        return status
    }
}

extension OpusError: CustomStringConvertible {
    public var description: String {
        let reason =
            switch status {
            case OPUS_BAD_ARG: "a setting is out of range"
            case OPUS_ALLOC_FAIL: "out of memory"
            case OPUS_UNIMPLEMENTED: "this libopus lacks a feature intercomd needs"
            default: "libopus error \(status)"
            }
        return "Opus codec: \(reason); check audio bitrate and the installed libopus"
    }
}
