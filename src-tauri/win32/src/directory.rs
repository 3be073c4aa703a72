//! A directory that only this user and the system itself may open.

use std::io;
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE, LocalFree};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{
    GetTokenInformation, PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES, TOKEN_QUERY, TOKEN_USER, TokenUser,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::wide;

/// A token's user with its longest number fits.
const TOKEN_USER_BYTES: usize = 256;

/// Makes a directory, with those above it, that inherits no rights and hands its own on to
/// whatever comes to lie in it. One that is there stays as it is: whoever made it knows why.
pub fn make_private(directory: &Path) -> io::Result<()> {
    if directory.exists() {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        std::fs::create_dir_all(parent)?;
    }
    // Protected from inheritance; everything, for files and directories in it too, for the two.
    let rights = wide(format!("D:P(A;OICI;FA;;;{})(A;OICI;FA;;;SY)", user()?));
    let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
    // SAFETY: the text ends with a zero; the descriptor is freed below.
    let made = unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            rights.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            ptr::null_mut(),
        )
    };
    if made == 0 {
        return Err(io::Error::last_os_error());
    }
    let attributes = SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).unwrap_or_default(),
        lpSecurityDescriptor: descriptor,
        bInheritHandle: 0,
    };
    let name = wide(directory);
    // SAFETY: name and attributes outlive the call.
    let created = unsafe { CreateDirectoryW(name.as_ptr(), &raw const attributes) } != 0;
    let error = io::Error::last_os_error();
    // SAFETY: the system made it, and nobody has it any more.
    unsafe { LocalFree(descriptor) };
    // Another process may have been quicker.
    if created || error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) }
}

/// The number of this process's user, as text.
fn user() -> io::Result<String> {
    let mut token: HANDLE = ptr::null_mut();
    // SAFETY: the process's own handle needs no closing; the token is closed below.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) } == 0 {
        return Err(io::Error::last_os_error());
    }
    // As many bytes, aligned for what is read from them.
    let mut buffer = [0_u64; TOKEN_USER_BYTES / 8];
    let mut length = 0;
    // SAFETY: the buffer is as long as is said.
    let told = unsafe {
        GetTokenInformation(
            token,
            TokenUser,
            buffer.as_mut_ptr().cast(),
            u32::try_from(TOKEN_USER_BYTES).unwrap_or_default(),
            &raw mut length,
        )
    };
    let error = io::Error::last_os_error();
    // SAFETY: opened above.
    unsafe { CloseHandle(token) };
    if told == 0 {
        return Err(error);
    }
    let mut text: *mut u16 = ptr::null_mut();
    // SAFETY: the system filled the buffer with this structure, whose number lies in the buffer too.
    let converted = unsafe {
        let user = &*buffer.as_ptr().cast::<TOKEN_USER>();
        ConvertSidToStringSidW(user.User.Sid, &raw mut text)
    };
    if converted == 0 {
        return Err(io::Error::last_os_error());
    }
    let mut length = 0;
    // SAFETY: the text ends with a zero, and is freed after it was copied.
    let said = unsafe {
        while *text.add(length) != 0 {
            length += 1;
        }
        let said = String::from_utf16_lossy(std::slice::from_raw_parts(text, length));
        LocalFree(text.cast());
        said
    };
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_s_number_is_one_of_the_system_s() {
        assert!(user().unwrap().starts_with("S-1-"));
    }

    #[test]
    fn what_is_private_can_still_be_written_by_its_user() {
        let around = tempfile::tempdir().unwrap();
        let directory = around.path().join("салон").join("data");
        make_private(&directory).unwrap();
        std::fs::write(directory.join("file"), "its own").unwrap();
        assert_eq!(std::fs::read_to_string(directory.join("file")).unwrap(), "its own");
        make_private(&directory).unwrap();
    }
}
