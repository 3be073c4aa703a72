; Booking Monitor for Windows x64: for one user, without an administrator.
;
; Built by scripts/windows.sh, which defines VERSION, FROM (the directory with the executables), ICON and OUT.
;   setup.exe /S                silent: no questions, autostart on, the program is not started
;   setup.exe /S /AUTOSTART=0   the same without autostart
;   uninstall.exe /S            silent: keeps the data
;   uninstall.exe /S /DELETEDATA=1
; Exit codes: 0 done, 1 cancelled, 2 the program could not be ended, 3 a newer version is installed.

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
RequestExecutionLevel user
ManifestDPIAware true

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include WordFunc.nsh

!define NAME "Booking Monitor"
!define APP_ID "ru.booking-monitor"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${APP_ID}"
!define APP_KEY "Software\Classes\AppUserModelId\${APP_ID}"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"
!define APPROVED "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
!define WEBVIEW "Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"

VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=0 "ProductName" "${NAME}"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileDescription" "${NAME}"
VIAddVersionKey /LANG=0 "LegalCopyright" "MIT"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\booking-monitor.exe"
!define MUI_COMPONENTSPAGE_NODESC

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "Russian"
!insertmacro MUI_LANGUAGE "English"

LangString Program ${LANG_RUSSIAN} "Программа"
LangString Program ${LANG_ENGLISH} "The program"
LangString Autostart ${LANG_RUSSIAN} "Запускать при входе в Windows"
LangString Autostart ${LANG_ENGLISH} "Start with Windows"
LangString StillRunning ${LANG_RUSSIAN} "${NAME} ещё работает. Закройте его окно, выйдите через значок в трее и нажмите «Повторить». Очередь сохранится."
LangString StillRunning ${LANG_ENGLISH} "${NAME} is still running. Close its window, quit it from its tray icon, and press Retry. The queue is kept."
LangString Newer ${LANG_RUSSIAN} "Установлена более новая версия: $R0. Старая программа не откроет базу, которую новая уже перестроила. Всё равно поставить ${VERSION}?"
LangString Newer ${LANG_ENGLISH} "A newer version is installed: $R0. The older program refuses a database that the newer one has converted. Install ${VERSION} all the same?"
LangString NoWebView ${LANG_RUSSIAN} "Программа установлена, но для её окна нужен Microsoft Edge WebView2, а его на этом компьютере нет. Сообщения уходят и без окна. Скачать WebView2 бесплатно: https://go.microsoft.com/fwlink/p/?LinkId=2124703$\r$\n$\r$\nОткрыть эту страницу?"
LangString NoWebView ${LANG_ENGLISH} "The program is installed, but its window needs Microsoft Edge WebView2, which is not on this computer. Messages go out without the window too. WebView2 is free: https://go.microsoft.com/fwlink/p/?LinkId=2124703$\r$\n$\r$\nOpen that page?"
LangString DeleteData ${LANG_RUSSIAN} "Удалить и данные: очередь, историю, настройки и токены из хранилища Windows? Вернуть их будет нельзя.$\r$\n$\r$\n«Нет» сохранит их для следующей установки."
LangString DeleteData ${LANG_ENGLISH} "Delete the data too: queue, history, settings, and the tokens in Windows' Credential Manager? They cannot be brought back.$\r$\n$\r$\nNo keeps them for the next installation."
LangString DataLeft ${LANG_RUSSIAN} "Данные удалены не полностью. Они лежат в $APPDATA\booking-monitor."
LangString DataLeft ${LANG_ENGLISH} "Not all data could be deleted. It lies in $APPDATA\booking-monitor."

Var WantsAutostart

; Asks the program to end as it does with the session, so that a message on its way gets its record. Never
; ends it by force. The window is another process, which the program ends if it started it.
!macro END_PROGRAM UN
Function ${UN}EndProgram
  ${If} ${FileExists} "$INSTDIR\booking-monitor.exe"
  ${Do}
    nsExec::ExecToStack '"$INSTDIR\booking-monitor.exe" quit'
    Pop $0
    Pop $1
    ; A file that runs cannot be opened for writing. The window needs a moment to go.
    StrCpy $2 0
    ${Do}
      StrCpy $3 ""
      ClearErrors
      FileOpen $4 "$INSTDIR\booking-monitor.exe" a
      ${If} ${Errors}
        StrCpy $3 busy
      ${Else}
        FileClose $4
      ${EndIf}
      ${If} ${FileExists} "$INSTDIR\booking-monitor-window.exe"
        ClearErrors
        FileOpen $4 "$INSTDIR\booking-monitor-window.exe" a
        ${If} ${Errors}
          StrCpy $3 busy
        ${Else}
          FileClose $4
        ${EndIf}
      ${EndIf}
      ${IfThen} $3 == "" ${|} ${Break} ${|}
      ${IfThen} $2 >= 20 ${|} ${Break} ${|}
      IntOp $2 $2 + 1
      Sleep 250
    ${Loop}
    ${IfThen} $3 == "" ${|} ${Break} ${|}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(StillRunning)" /SD IDCANCEL IDRETRY again
    SetErrorLevel 2
    Abort "$(StillRunning)"
    again:
  ${Loop}
  ${EndIf}
FunctionEnd
!macroend
!insertmacro END_PROGRAM ""
!insertmacro END_PROGRAM "un."

Section "$(Program)" SecProgram
  SectionIn RO
  Call EndProgram
  SetOutPath "$INSTDIR"
  SetOverwrite on
  File "${FROM}/booking-monitor.exe"
  File "${FROM}/booking-monitor-window.exe"
  File "${FROM}/WebView2Loader.dll"
  File "${ICON}"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\booking-monitor.exe" "" "$INSTDIR\icon.ico"
  ; By this notifications have a name and an icon.
  WriteRegStr HKCU "${APP_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${APP_KEY}" "IconUri" "$INSTDIR\icon.ico"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\icon.ico"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0
SectionEnd

Section "$(Autostart)" SecAutostart
SectionEnd

; The program's own switch in its settings writes the same value.
Section -Autostart
  ${If} ${SectionIsSelected} ${SecAutostart}
    WriteRegStr HKCU "${RUN}" "${NAME}" '"$INSTDIR\booking-monitor.exe" --hidden'
  ${Else}
    DeleteRegValue HKCU "${RUN}" "${NAME}"
  ${EndIf}
SectionEnd

Section -WebView
  SetRegView 64
  ReadRegStr $0 HKLM "SOFTWARE\WOW6432Node\${WEBVIEW}" "pv"
  ${IfThen} $0 == "" ${|} ReadRegStr $0 HKLM "SOFTWARE\${WEBVIEW}" "pv" ${|}
  ${IfThen} $0 == "" ${|} ReadRegStr $0 HKCU "Software\${WEBVIEW}" "pv" ${|}
  ${If} $0 == ""
  ${OrIf} $0 == "0.0.0.0"
    DetailPrint "$(NoWebView)"
    MessageBox MB_YESNO|MB_ICONINFORMATION "$(NoWebView)" /SD IDNO IDNO done
    ExecShell "open" "https://go.microsoft.com/fwlink/p/?LinkId=2124703"
    done:
  ${EndIf}
SectionEnd

Function .onInit
  ${GetParameters} $0
  ; An update keeps what was chosen; the first installation starts with Windows.
  ReadRegStr $R0 HKCU "${UNINSTALL}" "DisplayVersion"
  ${If} $R0 != ""
    ReadRegStr $1 HKCU "${RUN}" "${NAME}"
    ${If} $1 == ""
      !insertmacro UnselectSection ${SecAutostart}
    ${EndIf}
    ${VersionCompare} "$R0" "${VERSION}" $1
    ${If} $1 == 1
      MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(Newer)" /SD IDNO IDYES older
      SetErrorLevel 3
      Quit
      older:
    ${EndIf}
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/AUTOSTART=" $WantsAutostart
  ${If} $WantsAutostart == "0"
    !insertmacro UnselectSection ${SecAutostart}
  ${ElseIf} $WantsAutostart == "1"
    !insertmacro SelectSection ${SecAutostart}
  ${EndIf}
FunctionEnd

Section Uninstall
  ${GetParameters} $0
  ${GetOptions} $0 "/DELETEDATA=" $R1
  ${If} $R1 == ""
    StrCpy $R1 0
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "$(DeleteData)" /SD IDNO IDNO kept
    StrCpy $R1 1
    kept:
  ${EndIf}
  Call un.EndProgram
  ${If} $R1 == "1"
    nsExec::ExecToStack '"$INSTDIR\booking-monitor.exe" erase --yes'
    Pop $0
    Pop $1
    ${If} $0 != 0
      ; The program stays, for it alone can try again.
      DetailPrint "$1"
      MessageBox MB_OK|MB_ICONEXCLAMATION "$(DataLeft)$\r$\n$1" /SD IDOK
      SetErrorLevel 2
      Abort "$(DataLeft)"
    ${EndIf}
    ; What the web view kept: the place of the window, its cache.
    RMDir /r "$LOCALAPPDATA\ru.booking-monitor.window"
    RMDir /r "$APPDATA\ru.booking-monitor.window"
    ; The data's directory is …\booking-monitor\data.
    RMDir "$APPDATA\booking-monitor"
  ${EndIf}
  DeleteRegValue HKCU "${RUN}" "${NAME}"
  DeleteRegValue HKCU "${APPROVED}" "${NAME}"
  DeleteRegKey HKCU "${APP_KEY}"
  DeleteRegKey HKCU "${UNINSTALL}"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$INSTDIR\booking-monitor.exe"
  Delete "$INSTDIR\booking-monitor-window.exe"
  Delete "$INSTDIR\WebView2Loader.dll"
  Delete "$INSTDIR\icon.ico"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
SectionEnd
