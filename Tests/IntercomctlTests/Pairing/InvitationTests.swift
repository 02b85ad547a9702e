import Testing

@testable import Intercomctl

/// What one station gives another one over ssh.
@Suite struct InvitationTests {
    private static let code = "7K9M-QX2W"

    @Test(arguments: [
        [], ["192.0.2.7"], ["192.0.2.7:5600", "[2001:db8::7]:5600"],
        ["2001:db8::7", "kitchen.local"],
    ])
    func isReadAsItWasWritten(hosts: [String]) {
        let invitation = Invitation(code: Self.code, hosts: hosts)
        #expect(invitation.hosts == hosts)
        #expect(Invitation(line: invitation.line) == invitation)
        #expect(Invitation(line: "  " + invitation.line + " \r") == invitation)
    }

    @Test func whatIsNoAddressIsLeftOutAndMoreThanEight() {
        #expect(Invitation(code: Self.code, hosts: ["HOST 1", "192.0.2.7"]).hosts == ["192.0.2.7"])
        let many = (1...20).map { "192.0.2.\($0)" }
        #expect(Invitation(code: Self.code, hosts: many).hosts == Array(many.prefix(8)))
    }

    @Test(arguments: [
        "", "intercomd-invitation", "intercomd-invitation 7K9M", "invitation 7K9M-QX2W",
        "intercomd-invitation 7K9M-QX2W 192.0.2.7,192.0.2.8", "Last login: Tue Nov 24",
        "intercomd-invitation 7K9M-QX2U", "intercomd-invitation 192.0.2.7 7K9M-QX2W",
        "intercomd-invitation 7K9M-QX2W ;reboot", "x intercomd-invitation 7K9M-QX2W",
    ])
    func isNone(line: String) { #expect(Invitation(line: line) == nil) }
}
