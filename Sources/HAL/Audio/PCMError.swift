internal import CALSA

/// Why a sound device cannot be used, in words for the person who must act.
public struct PCMError: Error, Equatable {
    public enum Direction: Sendable {
        case capture, playback
    }

    public enum Reason: Error, Equatable, Sendable {
        /// The device is not plugged in, or its name is unknown.
        case absent
        /// Another program uses the device.
        case busy
        /// The user may not open the device's file.
        case notPermitted
        /// The user may open the file, but a rule of the service forbids it.
        case refused
        /// The card has no such direction.
        case oneWay
        /// The card cannot do 48 kHz.
        case rate
        /// The card has no samples of the forms S16, S24, packed S24 or S32.
        case format
        /// The card has more than two channels only.
        case channels
        /// The device has been opening for seconds, as a hanging USB card does.
        case silent
        /// The device was unplugged while in use.
        case unplugged
        /// Any other failure: the call that failed, and its errno.
        case failed(call: String, errno: Int32)
    }

    /// The device as the configuration names it.
    public let device: String
    public let direction: Direction
    public let reason: Reason

    public init(device: String, direction: Direction, reason: Reason) {
        (self.device, self.direction, self.reason) = (device, direction, reason)
    }
}

extension PCMError: CustomStringConvertible {
    public var description: String {
        "audio \(side) \(device): \(text)" + (fix.map { "; \($0)" } ?? "")
    }

    /// The direction as the settings name it: `input` or `output`.
    public var side: String { direction == .capture ? "input" : "output" }

    /// The finding, without the device.
    public var text: String {
        switch reason {
        case .absent: "no such card now"
        case .busy: "in use by another program"
        case .notPermitted: "no permission"
        case .refused:
            isKernels ? "the service's DeviceAllow= does not have it" : "not permitted"
        case .oneWay: direction == .capture ? "the card cannot record" : "the card cannot play"
        case .rate: "the card cannot do 48000 Hz"
        case .format: "the card has none of S16_LE, S24_LE, S24_3LE, S32_LE"
        case .channels: "the card is neither mono nor stereo"
        case .silent: "the card does not answer"
        case .unplugged: "unplugged"
        case .failed(let call, let errno): call + ": " + errorText(errno)
        }
    }

    /// The way out; nil where none is known.
    public var fix: String? {
        switch reason {
        case .absent: "plug it in, or set \(side) in [audio] (intercomctl audio list)"
        case .busy: "sudo fuser -v /dev/snd/*"
        case .notPermitted: permission
        case .refused: refusal
        case .oneWay: "choose another \(side), or none"
        case .rate, .format: "name a pcm: that converts, or use another card"
        case .channels: "name a pcm: that picks channels"
        case .silent: "unplug it and plug it in again"
        case .unplugged: "plug it in: intercomd opens it then"
        case .failed: nil
        }
    }
}

extension PCMError {
    /// Whether the device is the card itself.
    public var isKernels: Bool { PCMName.isKernels(device) }

    /// The advice about permissions; with dmix or dsnoop, the first program creates the shared
    /// memory, with its own rights.
    private var permission: String {
        let group = "the user that runs this program must be in group audio"
        guard !isKernels else { return group }
        return group + "; if it is dmix or dsnoop, another user may have opened it first: give it "
            + "ipc_perm 0660 and ipc_gid audio in the ALSA configuration"
    }

    /// The advice about a refusal by the service; dmix needs not only the device but also shared
    /// memory.
    private var refusal: String {
        let driver =
            "if the sound driver came after the service: sudo systemctl restart intercomd"
        guard !isKernels else { return driver }
        return "if it is dmix or dsnoop, the service's SystemCallFilter= must let it use shared "
            + "memory (shmget, semget), or name a card:ID in [audio]; \(driver)"
    }
}

extension PCMName {
    /// Returns whether a name for people is that of a card and not of a plug-in of alsa-lib.
    public static func isKernels(_ shown: String) -> Bool {
        ["card:", "usb:", "auto (card:"].contains { shown.hasPrefix($0) }
    }
}

/// Returns alsa-lib's text for an errno.
private func errorText(_ errno: Int32) -> String {
    guard let text = unsafe snd_strerror(-errno) else { return "error" }
    // SAFETY: alsa-lib returns a null-terminated constant, or a thread's buffer that lasts until
    // the next call.
    return unsafe String(cString: text)
}
