internal import Control
internal import HAL
internal import Settings

/// What the program ends with, for scripts.
enum ExitCode: Int32 {
    case ok = 0
    case failed = 1
    case usage = 2
    case notRunning = 3
    /// It works, with problems worth a look.
    case degraded = 4
}

/// Why a command ends early, in words for the person who typed it.
struct Failure: Error {
    let code: ExitCode
    let text: String
    /// As `--json` names it.
    let word: String

    /// `refusal` is the daemon's own code for it.
    init(_ code: ExitCode, _ text: String, _ refusal: ControlError.Code? = nil) {
        self.code = code
        self.text = text
        word =
            switch code {
            case .notRunning: "not_running"
            case .usage: "usage"
            default: (refusal ?? .failed).rawValue
            }
    }

    /// What the system refused; where it was a matter of rights, with what may help.
    init(_ error: SystemError) {
        let isMute = error.errno == SystemError.noPermission && error.advice.isEmpty
        self.init(refused: isMute, error.description)
    }

    /// A key that could not be read or written.
    init(_ error: KeyStoreError) { self.init(refused: error.isRefused, error.description) }

    private init(refused: Bool, _ text: String) {
        self.init(.failed, refused ? "\(text); try it with sudo" : text)
    }
}
