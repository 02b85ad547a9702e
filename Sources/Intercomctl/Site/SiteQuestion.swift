internal import Config
internal import Control
internal import HAL

/// Whether a person means this site, by the digits of its key.
struct SiteQuestion {
    let name: String
    let stations: Int
    let digits: String
    /// Words before the site, if any.
    var showing = ""
    /// The site that this station is in.
    var leaving: String?

    /// Asks, unless the command line has the answer.
    ///
    /// - Parameters:
    ///   - invocation: The command line.
    ///   - mayAsk: Whether the standard input is the person's.
    /// - Returns: whether the person means it.
    /// - Throws: what to add where nobody can be asked; other digits.
    func isConfirmed(
        _ invocation: borrowing Invocation, mayAsk: Bool
    ) throws(Failure) -> Bool {
        if let typed = invocation.site {
            guard Config.Peer.digits(in: typed) == digits else {
                throw Failure(
                    .failed,
                    "these are NOT the digits of the key of that site: have them read out again at"
                        + " the station that introduces (intercomctl site list); nothing is changed"
                )
            }
            return true
        }
        if invocation.isYes { return true }
        guard Keyboard.isThere, mayAsk else {
            throw Failure(
                .usage,
                "to join the site \(name.visible), add --site with the digits that"
                    + " \"intercomctl site list\" shows at the station that introduces")
        }
        let loss = leaving.map { "this station leaves the site \($0.visible)\n" } ?? ""
        return isAgreed(
            "\(showing.visible)site \(name.visible), with \(plural(stations, "station"))\n"
                + "the digits of its key: \(digits.visible)\n\(loss)"
                + "Are they those of \"intercomctl site list\" at the station that introduces?"
                + " yes or no [no]")
    }
}
