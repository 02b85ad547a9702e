internal import Config
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

    /// The daemon's reply is to another question than the one that was asked.
    static let misfit = Failure(
        .failed,
        "the daemon's reply does not fit the request; compare versions: intercomctl version")

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

/// What to say to a word that does not exist: the nearest one that does, else what to try.
func unknown(
    _ what: String, _ word: String, among words: [String], or trial: String = "intercomctl help"
) -> String {
    let complaint = "unknown \(what) \"\(word.visible)\""
    guard let nearest = nearestWord(to: word, among: words) else {
        return "\(complaint); try: \(trial)"
    }
    return "\(complaint); did you mean \"\(nearest)\"?"
}
